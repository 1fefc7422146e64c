import { formToken, type House, type How } from "./house.ts";

/** Sends the form that brings a backup back, as a browser does, with a file. */
export async function upload(home: House, file: string, secret: string, how: How = {}): Promise<Response> {
  const line = "----boundary";
  const part = (head: string, text: string): string =>
    `--${line}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`;
  const body = part('name="form"', await formToken(home)) + part('name="restore_secret"', secret) +
    part('name="backup"; filename="a.backup"\r\nContent-Type: application/octet-stream', file) +
    `--${line}--\r\n`;
  const headers = {
    "content-type": `multipart/form-data; boundary=${line}`,
    "content-length": String(body.length),
    ...how.headers,
  };
  return await home.ask("/settings/backup/restore", { method: "POST", ...how, headers, body });
}
