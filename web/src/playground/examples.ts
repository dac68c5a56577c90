/** What the playground opens with at the first visit, or by a link. */

/** A tab of the playground. */
export interface Example {
  query: string;
  variables: string;
}

/** What a link asks for: `/graphiql?query=...&variables=...`. */
export type LinkedQuery = Example;

/** The query that a link carries; it is shown, never run. */
export function linkedQuery(search: string): LinkedQuery | null {
  const wanted = new URLSearchParams(search);
  const query = wanted.get('query');
  return query === null ? null : { query, variables: wanted.get('variables') ?? '' };
}

/** One tab for each kind of operation. */
export const EXAMPLES: Example[] = [
  {
    query: `# Who the token belongs to. Ctrl+Enter runs it.
query Me {
  me {
    id
    name
  }
}
`,
    variables: '',
  },
  {
    query: `# Answers the week that holds the date; opens it when there is none yet.
mutation OpenWeek($user: UUID!, $date: Date!) {
  openTimesheet(userId: $user, date: $date) {
    timesheet {
      id
      name
    }
  }
}
`,
    variables: '',
  },
  {
    query: `# Tells each change of a sheet that you may see. Run it, then change one in another tab.
subscription Changes {
  timesheetChanged {
    id
  }
}
`,
    variables: '',
  },
];
