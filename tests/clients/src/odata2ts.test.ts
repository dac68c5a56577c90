/** The typed client that odata2ts generates from the server's `$metadata`, over fetch. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { FetchClient, FetchClientError } from '@odata2ts/http-client-fetch';
import type { ODataCollectionResponseV4 } from '@odata2ts/odata-core';
import type { EditableTimeSheet, TimeSheet, TimeSheetLine, User } from '../generated/odata2ts/PunchcardModel';
import { PunchcardService } from '../generated/odata2ts/PunchcardService';
import { COMMENT, CONFLICT, authorization, collectPages, service, week } from './service';

describe('odata2ts', () => {
  const client = new FetchClient({ headers: { Authorization: authorization } });
  const punchcard = new PunchcardService(client, service);
  let userId: string;
  let id: string;
  let projectId: string;
  let taskId: string;
  let stale: TimeSheet;

  const sheet = () => punchcard.timeSheets(id);

  async function read(): Promise<TimeSheet> {
    const { data } = await sheet().query((query) =>
      query
        .expand('user')
        .expanding('timeSheetLines', (lines) =>
          lines.expand('project').expanding('timeAllocations', (cells, cell) => cells.orderBy(cell.date.asc())),
        ),
    );
    return data;
  }

  /** What a PUT says. The generated type has neither the id nor the lines: it is made for flat entities. */
  function save(rowVersion: string, hours: number, line?: TimeSheetLine): EditableTimeSheet {
    const cell = { id: line?.timeAllocations?.[0]?.id, date: week.first, duration: hours, comments: COMMENT };
    const lines = [
      { id: line?.id, orderNumber: 0, projectId, projectTaskId: taskId, timeAllocations: [cell] },
    ];
    return { id, rowVersion, timeSheetLines: lines } as unknown as EditableTimeSheet;
  }

  before(async () => {
    const { data } = await punchcard.users().query((query, user) => query.filter(user.externalId.eq('P10001')));
    userId = data.value[0]!.id;
  });

  it('opens a sheet, once', async () => {
    const opened = await punchcard.timeSheets().getIdForPeriod({ date: week.middle, userId });
    id = opened.data.value;
    const again = await punchcard.timeSheets().getIdForPeriod({ date: week.last, userId });
    assert.equal(again.data.value, id);
  });

  it('asks for what can be booked', async () => {
    const projects = (await sheet().getProjects()).data.value;
    const project = projects.find((candidate) => candidate.organizationId)!;
    // A function with a parameter that may be left out is two functions, and odata2ts numbers them.
    const ofClient = (await sheet().getProjects2({ organizationId: project.organizationId! })).data.value;
    assert.ok(ofClient.length > 0 && ofClient.length < projects.length);
    assert.deepEqual(new Set(ofClient.map((each) => each.organizationId)), new Set([project.organizationId]));
    const tasks = (await sheet().getProjectTasks({ projectId: project.id })).data.value;
    projectId = project.id;
    taskId = tasks.find((task) => task.allowEntry)!.id;
    assert.equal(tasks.filter((task) => task.leadTaskId === null).length, 1);
  });

  it('saves the whole sheet on the version in the body', async () => {
    stale = await read();
    assert.deepEqual(stale.timeSheetLines, []);
    const saved = await sheet().update(save(stale.rowVersion, 3.25));
    assert.ok([200, 204].includes(saved.status));
  });

  it('reads the sheet with its lines, cells and projects', async () => {
    const now = await read();
    assert.notEqual(now.rowVersion, stale.rowVersion);
    assert.deepEqual([now.dateFrom, now.dateTo, now.user?.id], [week.first, week.last, userId]);
    assert.equal(now.billableDuration + now.nonBillableDuration, 3.25);
    const [line] = now.timeSheetLines!;
    assert.deepEqual([line!.project?.id, line!.projectTaskId, line!.orderNumber], [projectId, taskId, 0]);
    const [cell] = line!.timeAllocations!;
    assert.deepEqual([cell!.date, cell!.duration, cell!.comments], [week.first, 3.25, COMMENT]);
  });

  it('saves the whole sheet on If-Match', async () => {
    const before = await read();
    const line = before.timeSheetLines![0]!;
    const headers = { 'If-Match': `W/"${before.rowVersion}"` };
    await sheet().update(save(before.rowVersion, 4, line), { headers });
    const saved = (await read()).timeSheetLines![0]!;
    assert.deepEqual([saved.id, saved.timeAllocations![0]!.id], [line.id, line.timeAllocations![0]!.id]);
    assert.equal(saved.timeAllocations![0]!.duration, 4);
  });

  it('renames the sheet by a PATCH', async () => {
    const { timeSheetLines } = await read();
    await sheet().patch({ name: 'Week 10' });
    const renamed = await read();
    assert.deepEqual([renamed.name, renamed.timeSheetLines], ['Week 10', timeSheetLines]);
  });

  it('is told of a stale version', async () => {
    const unchanged = await read();
    const conflict = async (headers: Record<string, string>, status: number) =>
      assert.rejects(sheet().update(save(stale.rowVersion, 8), { headers }), (error) => {
        assert.ok(error instanceof FetchClientError);
        assert.equal(error.status, status);
        assert.match(error.message, /changed since version/);
        return true;
      });
    await conflict({}, 409);
    await conflict({ 'If-Match': `W/"${stale.rowVersion}"` }, 412);
    assert.deepEqual(await read(), unchanged);
  });

  it('is told the code of a conflict', async () => {
    // The client's error has the message alone, and the body behind it is read already; so its own
    // reader of messages is asked for the code.
    const attentive = new FetchClient({ headers: { Authorization: authorization } });
    attentive.setErrorMessageRetriever((answer) => `${answer.error.code} at ${answer.error.target}`);
    const update = new PunchcardService(attentive, service).timeSheets(id).update(save(stale.rowVersion, 8));
    await assert.rejects(update, { message: new RegExp(`${CONFLICT} at rowVersion`) });
  });

  it('opens the sheets before and after', async () => {
    const next = (await sheet().getNextTimeSheetId()).data.value;
    const previous = (await sheet().getPreviousTimeSheetId()).data.value;
    assert.equal((await punchcard.timeSheets(next).query()).data.dateFrom, week.after);
    assert.equal((await punchcard.timeSheets(previous).query()).data.dateFrom, week.before);
    assert.equal((await punchcard.timeSheets(previous).getNextTimeSheetId()).data.value, id);
  });

  it('hands the sheet in, is told what was done, and takes it back', async () => {
    await sheet().submit({ comment: 'Done' });
    const submitted = await read();
    assert.deepEqual([submitted.submitAllowed, submitted.reopenAllowed], [false, true]);
    await assert.rejects(sheet().submit({}), (error) => {
      assert.ok(error instanceof FetchClientError);
      assert.equal(error.status, 409);
      return true;
    });
    const history = (await sheet().getApprovalHistory()).data.value;
    assert.deepEqual(history.map((entry) => [entry.action, entry.comment]), [['submitTimesheet', 'Done']]);
    assert.equal(history[0]!.approvalInstanceId, submitted.approvalInstanceId);
    await sheet().recall({ rowVersion: submitted.rowVersion });
    assert.equal((await read()).approvalInstanceId, null);
  });

  it('filters by user and dates, with order and count', async () => {
    const { data } = await punchcard.timeSheets().query((query, each) =>
      query
        .filter(each.userId.eq(userId), each.dateFrom.ge(week.before), each.dateFrom.le(week.after))
        .orderBy(each.dateFrom.desc())
        .select('id', 'dateFrom')
        .top(2)
        .count(),
    );
    assert.equal(data['@odata.count'], 3);
    assert.deepEqual(data.value.map((found) => found.dateFrom), [week.after, week.first]);
  });

  it('pages through a list', async () => {
    const size = 7;
    const headers = { Prefer: `odata.maxpagesize=${size}` };
    let count: number | undefined;
    // The client hands the link over and leaves following it to its caller.
    const users = await collectPages(size, async (link) => {
      const { data } = link
        ? await client.get<ODataCollectionResponseV4<User>>(link, { headers })
        : await punchcard.users().query((query, user) => query.orderBy(user.name.asc()).count(), { headers });
      count ??= data['@odata.count'];
      return { value: data.value, nextLink: data['@odata.nextLink'] };
    });
    assert.equal(new Set(users.map((user) => user.id)).size, count);
  });
});
