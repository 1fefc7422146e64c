/** Fields of a form or of a query; those that are undefined are left out. */
export type Fields = Readonly<Record<string, string | undefined>>;

/** The fields, encoded. */
export function form(fields: Fields): URLSearchParams {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) body.set(name, value);
  }
  return body;
}
