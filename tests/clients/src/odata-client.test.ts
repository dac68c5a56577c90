/** The client `@odata/client`, which knows no description of the service. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { EdmV4, OData } from '@odata/client';
import { COMMENT, CONFLICT, authorization, collectPages, service, week } from './service';

interface Cell {
  id?: string;
  date: string;
  duration: number;
  comments: string;
}

interface Line {
  id?: string;
  orderNumber: number;
  projectId: string;
  projectTaskId: string;
  project?: { id: string };
  timeAllocations: Cell[];
}

interface Sheet {
  id: string;
  rowVersion: string;
  name: string;
  dateFrom: string;
  dateTo: string;
  timeSheetLines: Line[];
}

/** The client's own type of a list forgets the link. */
interface Page {
  value?: { id: string }[];
  '@odata.count'?: number;
  '@odata.nextLink'?: string;
}

const { Guid, RawString } = EdmV4;

/** A client that sends these headers with every request: it takes none for a single one. */
function connect(headers: Record<string, string> = {}) {
  const statuses: number[] = [];
  const client = OData.New4({
    version: 'v4',
    serviceEndpoint: `${service}/`,
    commonHeaders: { Authorization: authorization, ...headers },
    // Its own way of fetching, which also notes the status: the client drops it.
    fetchProxy: async (url, init) => {
      const response = await fetch(url, init as RequestInit);
      statuses.push(response.status);
      const isJson = response.headers.get('Content-Type')?.startsWith('application/json');
      return { content: isJson ? await response.json() : await response.text(), response };
    },
  });
  return { client, statuses };
}

describe('@odata/client', () => {
  const { client } = connect();
  const sheets = client.getEntitySet<Sheet>('TimeSheets');
  const expanded = () =>
    client.newOptions().expand(['user', 'timeSheetLines($expand=project,timeAllocations($orderby=date))']);
  let userId: string;
  let id: string;
  let projectId: string;
  let taskId: string;
  let stale: Sheet;

  const read = () => sheets.retrieve(Guid.from(id), expanded());

  function save(rowVersion: string, hours: number, line?: Line): Partial<Sheet> {
    const cell = line?.timeAllocations[0];
    return {
      id,
      rowVersion,
      timeSheetLines: [
        {
          id: line?.id,
          orderNumber: 0,
          projectId,
          projectTaskId: taskId,
          timeAllocations: [{ id: cell?.id, date: week.first, duration: hours, comments: COMMENT }],
        } as Line,
      ],
    };
  }

  async function idOf(functionName: string, sheetId: string): Promise<string> {
    return (await sheets.function(functionName, Guid.from(sheetId))).value;
  }

  before(async () => {
    const users = await client.getEntitySet<{ id: string }>('Users').query(client.newFilter().field('externalId').eq('P10002'));
    userId = users[0]!.id;
  });

  it('opens a sheet, once', async () => {
    // It binds functions to single entities; for one of a set, the set is part of the name.
    const open = async (date: string) => {
      const parameters = { date: RawString.from(date), userId: Guid.from(userId) };
      const answer = await client.newRequest({ functionName: 'TimeSheets/WP.GetIdForPeriod', parameters });
      return (answer as unknown as { value: string }).value;
    };
    id = await open(week.middle);
    assert.equal(await open(week.last), id);
  });

  it('asks for what can be booked', async () => {
    type Offered = { value: { id: string; organizationId: string | null }[] };
    const projects: Offered = await sheets.function('WP.GetProjects', Guid.from(id));
    const project = projects.value.find((candidate) => candidate.organizationId)!;
    const organizationId = Guid.from(project.organizationId!);
    const ofClient: Offered = await sheets.function('WP.GetProjects', Guid.from(id), { organizationId });
    assert.ok(ofClient.value.length > 0 && ofClient.value.length < projects.value.length);
    projectId = project.id;
    const tasks = await sheets.function('WP.GetProjectTasks', Guid.from(id), { projectId: Guid.from(projectId) });
    taskId = tasks.value.find((task: { allowEntry: boolean }) => task.allowEntry).id;
  });

  it('saves the whole sheet on the version in the body', async () => {
    stale = await read();
    assert.deepEqual(stale.timeSheetLines, []);
    // Its `update` is a PATCH, so the PUT is written out.
    const entity = save(stale.rowVersion, 3.25);
    const saved = await client.newRequest<Sheet>({ collection: 'TimeSheets', id: Guid.from(id), method: 'PUT', entity });
    assert.equal(saved.error, undefined);
  });

  it('reads the sheet with its lines, cells and projects', async () => {
    const now = await read();
    assert.notEqual(now.rowVersion, stale.rowVersion);
    assert.deepEqual([now.dateFrom, now.dateTo], [week.first, week.last]);
    const [line] = now.timeSheetLines;
    assert.deepEqual([line!.project?.id, line!.projectTaskId], [projectId, taskId]);
    const [cell] = line!.timeAllocations;
    assert.deepEqual([cell!.date, cell!.duration, cell!.comments], [week.first, 3.25, COMMENT]);
  });

  it('saves the whole sheet on If-Match', async () => {
    const before = await read();
    const matching = connect({ 'If-Match': `W/"${before.rowVersion}"` });
    const entity = save(before.rowVersion, 4, before.timeSheetLines[0]);
    await matching.client.newRequest<Sheet>({ collection: 'TimeSheets', id: Guid.from(id), method: 'PUT', entity });
    const [line] = (await read()).timeSheetLines;
    assert.equal(line!.id, before.timeSheetLines[0]!.id);
    assert.equal(line!.timeAllocations[0]!.duration, 4);
  });

  it('is told of a stale version, with the code', async () => {
    const unchanged = await read();
    const entity = save(stale.rowVersion, 8);
    for (const [headers, status] of [
      [{}, 409],
      [{ 'If-Match': `W/"${stale.rowVersion}"` }, 412],
    ] as const) {
      const attempt = connect(headers);
      const refused = await attempt.client.newRequest<Sheet>({
        collection: 'TimeSheets',
        id: Guid.from(id),
        method: 'PUT',
        entity,
      });
      // The client hands errors over as answers.
      assert.equal(refused.error?.code, CONFLICT);
      assert.deepEqual(attempt.statuses, [status]);
    }
    assert.deepEqual(await read(), unchanged);
  });

  it('renames the sheet by a PATCH', async () => {
    const { timeSheetLines } = await read();
    await sheets.update(Guid.from(id), { name: 'Week 10' });
    const renamed = await read();
    assert.deepEqual([renamed.name, renamed.timeSheetLines], ['Week 10', timeSheetLines]);
  });

  it('throws the message of a refusal', async () => {
    const stranger = Guid.from('00000000-0000-4000-8000-000000000000');
    await assert.rejects(sheets.retrieve(stranger), { message: /no such TimeSheet/ });
  });

  it('opens the sheets before and after', async () => {
    const next = await idOf('WP.GetNextTimeSheetId', id);
    const previous = await idOf('WP.GetPreviousTimeSheetId', id);
    assert.equal((await sheets.retrieve(Guid.from(next))).dateFrom, week.after);
    assert.equal((await sheets.retrieve(Guid.from(previous))).dateFrom, week.before);
    assert.equal(await idOf('WP.GetNextTimeSheetId', previous), id);
  });

  it('filters by user and dates, with order and count', async () => {
    const ofUser = () =>
      client
        .newFilter()
        .field('userId')
        .eq(Guid.from(userId))
        .field('dateFrom')
        .between(RawString.from(week.before), RawString.from(week.after));
    const options = client.newOptions().filter(ofUser()).orderby('dateFrom', 'desc').top(2).count(true);
    const found = await client.newRequest<Sheet>({ collection: 'TimeSheets', params: options });
    assert.equal(found['@odata.count'], 3);
    assert.deepEqual(found.value!.map((sheet) => sheet.dateFrom), [week.after, week.first]);
    assert.equal(await sheets.count(ofUser()), 3);
  });

  it('pages through a list', async () => {
    const size = 7;
    const paging = connect({ Prefer: `odata.maxpagesize=${size}` }).client;
    const params = client.newOptions().orderby('name', 'asc').count(true);
    let count: number | undefined;
    const users = await collectPages<{ id: string }>(size, async (link) => {
      // It does not follow links, but asks for whatever stands behind the service's address.
      const request = link ? { collection: link.slice(`${service}/`.length) } : { collection: 'Users', params };
      const page: Page = await paging.newRequest<{ id: string }>(request);
      count ??= page['@odata.count'];
      return { value: page.value!, nextLink: page['@odata.nextLink'] };
    });
    assert.equal(new Set(users.map((user) => user.id)).size, count);
  });

  for (const form of ['multipart', 'JSON'] as const) {
    it(`reads and saves in a batch, as ${form}`, async () => {
      const before = await read();
      const collection = 'TimeSheets';
      const method = 'PUT';
      const hours = before.timeSheetLines[0]!.timeAllocations[0]!.duration + 1;
      const put = (rowVersion: string) =>
        client.newBatchRequest<Sheet>({
          collection,
          method,
          id: Guid.from(id),
          entity: save(rowVersion, hours, before.timeSheetLines[0]),
        });
      const requests = [
        client.newBatchRequest<Sheet>({ collection, params: client.newOptions().top(1).count(true) }),
        put(before.rowVersion),
        client.newBatchRequest<Sheet>({ collection, id: Guid.from(id) }),
      ];
      const run = form === 'JSON' ? client.execBatchRequestsJson(requests) : client.execBatchRequests(requests);
      const [list, saved, single] = await run;
      assert.equal(list!.status, 200);
      assert.ok((await list!.json())['@odata.count']! >= 3);
      assert.ok([200, 204].includes(saved!.status), String(saved!.status));
      assert.notEqual(((await single!.json()) as Sheet).rowVersion, before.rowVersion);
      assert.equal((await read()).timeSheetLines[0]!.timeAllocations[0]!.duration, hours);

      const late = [put(stale.rowVersion)];
      const refused = await (form === 'JSON' ? client.execBatchRequestsJson(late) : client.execBatchRequests(late));
      assert.equal(refused[0]!.status, 409);
      assert.equal((await refused[0]!.json()).error!.code, CONFLICT);
    });
  }
});
