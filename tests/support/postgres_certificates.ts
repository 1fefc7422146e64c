/** Puts `ca.pem` and, signed by it, `server.pem` with `server.key` for the names into a directory. */
export async function placeCertificates(directory: string, names: string): Promise<void> {
  await openssl(
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=authority of a test",
    "-addext",
    "keyUsage=critical,keyCertSign",
    "-keyout",
    `${directory}/ca.key`,
    "-out",
    `${directory}/ca.pem`,
  );
  await openssl(
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=database of a test",
    "-addext",
    `subjectAltName=${names}`,
    "-addext",
    "basicConstraints=critical,CA:FALSE",
    "-CA",
    `${directory}/ca.pem`,
    "-CAkey",
    `${directory}/ca.key`,
    "-keyout",
    `${directory}/server.key`,
    "-out",
    `${directory}/server.pem`,
  );
  await Deno.chmod(`${directory}/server.key`, 0o600);
}

async function openssl(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args, stdout: "null", stderr: "piped" })
    .output();
  if (!success) throw new Error(`Cannot make a certificate: ${new TextDecoder().decode(stderr)}`);
}
