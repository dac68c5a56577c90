/** What the playground opens with at the first visit, or by a link. */

/** A tab of the playground. */
export interface Example {
  query: string;
  variables: string;
}

/** The query that a link carries, `/graphiql?query=...&variables=...`; it is shown, never run. */
export function linkedQuery(search: string): Example | null {
  const wanted = new URLSearchParams(search);
  const query = wanted.get('query');
  return query === null ? null : { query, variables: wanted.get('variables') ?? '' };
}

/** One tab for each kind of operation; `today` is a date as in 2026-11-23. */
export function examples(today: string): Example[] {
  return [
    { query: ME, variables: '' },
    { query: OPEN_WEEK, variables: `{ "date": "${today}" }` },
    { query: CHANGES, variables: '' },
  ];
}

/** The date of this browser's clock. */
export function localDate(now: Date): string {
  const [year, month, day] = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  return [year, month, day].map((part) => String(part).padStart(2, '0')).join('-');
}

const ME = `# Who the token belongs to. Ctrl+Enter runs it.
query Me {
  me {
    id
    name
  }
}
`;

const OPEN_WEEK = `# Answers your sheet of the week that holds the date; makes it when there is none yet.
mutation OpenWeek($date: Date!) {
  openTimesheet(date: $date) {
    timesheet {
      id
      rowVersion
      name
      dateFrom
      dateTo
    }
  }
}
`;

const CHANGES = `# Tells each change of a sheet that you may see. Run it, then change one in another window.
subscription Changes {
  timesheetChanged {
    kind
    timesheet {
      name
      totalHours
    }
  }
}
`;
