/** The typed client that the SAP Cloud SDK generates from the server's `$metadata`. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { executeHttpRequest } from '@sap-cloud-sdk/http-client';
import {
  BoundOperationRequestBuilder,
  OperationParameter,
  OperationRequestBuilder,
  and,
  asc,
  desc,
} from '@sap-cloud-sdk/odata-v4';
import { setGlobalLogLevel } from '@sap-cloud-sdk/util';
import { BigNumber } from 'bignumber.js';
import moment from 'moment';
import { batch, changeset, punchcard } from '../generated/sap/punchcard';
import type { AvailableProject, BookableTask, TimeSheetLines, TimeSheets } from '../generated/sap/punchcard';
import { COMMENT, CONFLICT, authorization, collectPages, service, week } from './service';

// It warns of every answer within a batch that has no `__metadata`, which is of OData 2.
setGlobalLogLevel('error');

/** The generated code has the rest of the address. */
const destination = {
  url: service.slice(0, -'/odata'.length),
  authentication: 'NoAuthentication' as const,
  // The SDK speaks 4.0 without saying so. A server that is told adds versions to what it answers.
  headers: { authorization, 'OData-MaxVersion': '4.0' },
};

const {
  timeSheetsApi: sheets,
  timeSheetLinesApi: lines,
  timeAllocationsApi: cells,
  usersApi: users,
} = punchcard();

describe('@sap-cloud-sdk/odata-v4', () => {
  let userId: string;
  let id: string;
  let projectId: string;
  let taskId: string;
  let stale: TimeSheets;

  const read = () =>
    sheets
      .requestBuilder()
      .getByKey(id)
      .expand(
        sheets.schema.USER,
        sheets.schema.TIME_SHEET_LINES.expand(
          lines.schema.PROJECT,
          lines.schema.TIME_ALLOCATIONS.orderBy(asc(cells.schema.DATE)),
        ),
      )
      .execute(destination);

  const readPlain = (sheetId: string) => sheets.requestBuilder().getByKey(sheetId).execute(destination);

  const parameter = <T>(name: string, edmType: 'Edm.Guid' | 'Edm.Date', value: T) => ({
    [name]: new OperationParameter(name, edmType, value),
  });

  /**
   * Calls a function of one sheet. The generator makes methods of functions only where the container
   * imports them, which OData forbids for those that are bound; so they are called by hand.
   */
  const call = <T>(sheet: TimeSheets, name: string, parameters: Record<string, OperationParameter<unknown>> = {}) =>
    new BoundOperationRequestBuilder(
      sheets,
      sheet,
      name,
      (answer: { value: T }) => answer.value,
      parameters,
      sheets.deSerializers,
      'function',
    ).execute(destination);

  /** A PUT of the whole sheet, with nothing in it but what is saved. */
  function save(version: TimeSheets, hours: string, line?: TimeSheetLines) {
    const cell = cells
      .entityBuilder()
      .date(moment(week.first))
      .duration(new BigNumber(hours))
      .comments(COMMENT);
    const row = lines.entityBuilder().orderNumber(0).projectId(projectId).projectTaskId(taskId);
    if (line) {
      row.id(line.id);
      cell.id(line.timeAllocations[0]!.id);
    }
    const sheet = sheets
      .entityBuilder()
      .id(id)
      .rowVersion(version.rowVersion)
      .timeSheetLines([row.timeAllocations([cell.build()]).build()])
      .build();
    return sheets.requestBuilder().update(sheet).replaceWholeEntityWithPut().skipCsrfTokenFetching();
  }

  before(async () => {
    const found = await users.requestBuilder().getAll().filter(users.schema.EXTERNAL_ID.equals('P10003')).execute(destination);
    userId = found[0]!.id;
  });

  it('opens a sheet, once', async () => {
    // The builder is made for functions of the service; one of a set has the set in its path.
    const open = (date: string) =>
      new OperationRequestBuilder(
        '/odata/TimeSheets',
        'WP.GetIdForPeriod',
        (answer: { value: string }) => answer.value,
        { ...parameter('date', 'Edm.Date', moment(date)), ...parameter('userId', 'Edm.Guid', userId) },
        sheets.deSerializers,
        'function',
      ).execute(destination);
    id = await open(week.middle);
    assert.equal(await open(week.last), id);
  });

  it('asks for what can be booked', async () => {
    const sheet = await readPlain(id);
    const projects = await call<AvailableProject[]>(sheet, 'WP.GetProjects');
    const project = projects.find((candidate) => candidate.organizationId)!;
    const client = parameter('organizationId', 'Edm.Guid', project.organizationId);
    const ofClient = await call<AvailableProject[]>(sheet, 'WP.GetProjects', client);
    assert.ok(ofClient.length > 0 && ofClient.length < projects.length);
    projectId = project.id;
    const tasks = await call<BookableTask[]>(sheet, 'WP.GetProjectTasks', parameter('projectId', 'Edm.Guid', projectId));
    taskId = tasks.find((task) => task.allowEntry)!.id;
  });

  it('saves the whole sheet on the version in the body', async () => {
    stale = await read();
    assert.deepEqual(stale.timeSheetLines, []);
    await save(stale, '3.25').execute(destination);
  });

  it('reads the sheet with its lines, cells and projects', async () => {
    const now = await read();
    assert.notEqual(now.rowVersion, stale.rowVersion);
    assert.deepEqual([now.dateFrom.format('YYYY-MM-DD'), now.user?.id], [week.first, userId]);
    assert.equal(now.billableDuration.plus(now.nonBillableDuration).toString(), '3.25');
    assert.equal(now.schedule?.length, 7);
    const [line] = now.timeSheetLines;
    assert.deepEqual([line!.project?.id, line!.projectTaskId], [projectId, taskId]);
    const [cell] = line!.timeAllocations;
    assert.equal(cell!.date.format('YYYY-MM-DD'), week.first);
    assert.deepEqual([cell!.duration.toString(), cell!.comments], ['3.25', COMMENT]);
  });

  it('saves the whole sheet on its ETag', async () => {
    const before = await read();
    const [line] = before.timeSheetLines;
    const update = save(before, '4', line).setVersionIdentifier(before.versionIdentifier!);
    const saved = await update.execute(destination);
    const now = await read();
    assert.equal(saved.versionIdentifier, now.versionIdentifier);
    assert.equal(now.timeSheetLines[0]!.id, line!.id);
    assert.equal(now.timeSheetLines[0]!.timeAllocations[0]!.duration.toString(), '4');
  });

  it('is told of a stale version, with the code', async () => {
    const { versionIdentifier } = await read();
    for (const [update, status] of [
      [save(stale, '8'), 409],
      [save(stale, '8').setVersionIdentifier(stale.versionIdentifier!), 412],
    ] as const) {
      await assert.rejects(update.execute(destination), (error: any) => {
        const { response } = error.rootCause;
        assert.equal(response.status, status);
        assert.equal(response.data.error.code, CONFLICT);
        assert.match(error.cause.message, new RegExp(CONFLICT));
        return true;
      });
    }
    assert.equal((await read()).versionIdentifier, versionIdentifier);
  });

  it('renames the sheet by a PATCH of what was changed', async () => {
    const sheet = await read();
    const { timeSheetLines } = sheet;
    sheet.name = 'Week 10';
    const update = sheets.requestBuilder().update(sheet).skipCsrfTokenFetching();
    assert.deepEqual(update.requestConfig.payload, { name: 'Week 10' });
    await update.execute(destination);
    const renamed = await read();
    assert.deepEqual([renamed.name, renamed.timeSheetLines[0]!.id], ['Week 10', timeSheetLines[0]!.id]);
  });

  it('opens the sheets before and after', async () => {
    const sheet = await readPlain(id);
    const next = await readPlain(await call<string>(sheet, 'WP.GetNextTimeSheetId'));
    const previous = await readPlain(await call<string>(sheet, 'WP.GetPreviousTimeSheetId'));
    assert.equal(next.dateFrom.format('YYYY-MM-DD'), week.after);
    assert.equal(previous.dateFrom.format('YYYY-MM-DD'), week.before);
    assert.equal(await call<string>(previous, 'WP.GetNextTimeSheetId'), id);
  });

  it('filters by user and dates, with order and count', async () => {
    const { USER_ID, DATE_FROM, ID } = sheets.schema;
    const ofUser = () =>
      sheets
        .requestBuilder()
        .getAll()
        .filter(
          and(
            USER_ID.equals(userId),
            DATE_FROM.greaterOrEqual(moment(week.before)),
            DATE_FROM.lessOrEqual(moment(week.after)),
          ),
        );
    const found = await ofUser().select(ID, DATE_FROM).orderBy(desc(DATE_FROM)).top(2).execute(destination);
    assert.deepEqual(found.map((sheet) => sheet.dateFrom.format('YYYY-MM-DD')), [week.after, week.first]);
    assert.equal(await ofUser().count().execute(destination), 3);
  });

  it('pages through a list', async () => {
    const size = 7;
    const headers = { prefer: `odata.maxpagesize=${size}` };
    let count: number | undefined;
    // The SDK shows the link in the raw answer and leaves following it to its caller.
    const all = await collectPages<{ id: string }>(size, async (link) => {
      const { data } = link
        ? await executeHttpRequest(destination, { method: 'get', url: link, headers })
        : await users
            .requestBuilder()
            .getAll()
            .orderBy(asc(users.schema.NAME))
            .addCustomQueryParameters({ $count: 'true' })
            .addCustomHeaders(headers)
            .executeRaw(destination);
      count ??= data['@odata.count'];
      return { value: data.value, nextLink: data['@odata.nextLink'] };
    });
    assert.equal(new Set(all.map((user) => user.id)).size, count);
  });

  // What it names `relativeToEntity` begins with a slash but without the path of the service, so it is
  // an address of the host.
  for (const addresses of ['relativeToService', 'absolute', 'noPath'] as const) {
    it(`reads and saves in a batch, with addresses ${addresses}`, async () => {
      const before = await read();
      const hours = before.timeSheetLines[0]!.timeAllocations[0]!.duration.plus(0.5).toString();
      const list = sheets.requestBuilder().getAll().filter(sheets.schema.USER_ID.equals(userId));
      const put = (version: TimeSheets) => changeset(save(version, hours, before.timeSheetLines[0]));
      const run = (requests: ReturnType<typeof batch>) =>
        requests.withSubRequestPathType(addresses).skipCsrfTokenFetching().execute(destination);

      const single = sheets.requestBuilder().getByKey(id);
      const [listed, saved, one] = await run(batch(list, put(before), single));
      assert.ok(listed!.isReadResponse() && saved!.isWriteResponses() && one!.isReadResponse());
      assert.ok(listed.as(sheets).length >= 3);
      assert.ok([200, 204].includes(saved.responses[0]!.httpCode));
      assert.notEqual(one.as(sheets)[0]!.rowVersion, before.rowVersion);
      assert.equal((await read()).timeSheetLines[0]!.timeAllocations[0]!.duration.toString(), hours);

      const [refused] = await run(batch(put(stale)));
      assert.ok(refused!.isError());
      assert.equal(refused.httpCode, 409);
      assert.equal(refused.body['error'].code, CONFLICT);
    });
  }
});
