/** install.sh by its outcomes: what it is run by, on what, with what, and how that ends. */
import assert from "node:assert/strict";
import { obstacle, PROGRAM, Room, type Run } from "./room.ts";

const NAME = "companion-token-server";
const FILE = ["--from", `/srv/${NAME}`];
const INSTALLED = [
  `/usr/local/lib/${NAME}`,
  `/usr/local/bin/${NAME}`,
  `/etc/${NAME}`,
  `/var/lib/${NAME}`,
  "user",
].sort();
const SUDOERS = "nobody ALL=(ALL:ALL) NOPASSWD: ALL\n";
const SHELLS = ["dash", "busybox sh"];

/** One line of the table. */
interface Outcome {
  readonly args?: readonly string[];
  readonly how?: Run;
  /** What is changed in the room beforehand. */
  prepare?(room: Room): void;
  readonly code: number;
  /** In what it says, on either output. */
  readonly says: RegExp;
  /** Default: nothing is there afterwards. */
  readonly installed?: true;
}

/** Commands that say what this machine is not. */
function host(stubs: Readonly<Record<string, string>>): (room: Room) => void {
  return (room) => {
    for (const [command, script] of Object.entries(stubs)) room.stub(command, script);
  };
}

function uname(system: string, machine: string): Readonly<Record<string, string>> {
  return { uname: `case $1 in -s) echo ${system} ;; -m) echo ${machine} ;; *) echo pi ;; esac` };
}

function sudoer(room: Room): void {
  room.write("/etc/sudoers.d/nobody", SUDOERS, 0o440);
}

function withoutSudo(room: Room): void {
  for (const command of ["sudo", "doas"]) room.remove(`/usr/bin/${command}`);
}

const GETCONF =
  'case $1 in GNU_LIBC_VERSION) echo "glibc 2.36" ;; LONG_BIT) echo 64 ;; PAGESIZE) echo 16384 ;; esac';

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  "as root, without systemd": {
    code: 0,
    says:
      /9\.8\.7 is installed(.*\n)*Start it: {3}companion-token-server serve\n(.*\n)*No systemd runs here, so no service/,
    installed: true,
  },
  "with sudo": {
    how: { nobody: true },
    prepare: sudoer,
    code: 0,
    says: /9\.8\.7 is installed/,
    installed: true,
  },
  "with neither root nor sudo": {
    how: { nobody: true },
    prepare: withoutSudo,
    code: 1,
    says: /Cannot install: only root may, and there is neither sudo nor doas\nBecome root/,
  },
  "only to see what would be done": {
    args: [...FILE, "--dry-run"],
    how: { nobody: true },
    prepare: withoutSudo,
    code: 0,
    says: /Would run:\n {2}useradd --system(.*\n)* {2}mv -f .*\.new/,
  },
  "piped into the shell": {
    how: { input: "install.sh" },
    code: 0,
    says: /9\.8\.7 is installed/,
    installed: true,
  },
  "piped, without a word on what to install": {
    args: [],
    how: { input: "install.sh" },
    code: 1,
    says: /Cannot install: nothing says what\n.*--from FILE.*--base-url URL/,
  },
  "on macOS": {
    prepare: host(uname("Darwin", "arm64")),
    code: 1,
    says: /Cannot install on Darwin: install\.sh is for Linux/,
  },
  "on a 32-bit kernel": {
    prepare: host(uname("Linux", "armv7l")),
    code: 1,
    says: /says armv7l, which is 32-bit, and the program needs 64 bits\n.*64-bit Raspberry Pi OS/,
  },
  "on a 64-bit kernel with 32-bit programs": {
    prepare: host({ ...uname("Linux", "aarch64"), getconf: "echo 32" }),
    code: 1,
    says: /its programs are 32-bit, though its kernel is not/,
  },
  "on another processor": {
    prepare: host(uname("Linux", "riscv64")),
    code: 1,
    says: /Cannot install on riscv64: there are executables for x86_64 and aarch64 only/,
  },
  "on musl": {
    prepare: host({
      getconf: 'case $1 in LONG_BIT) echo 64 ;; *) echo "unknown variable" >&2; exit 1 ;; esac',
      ldd: 'echo "musl libc (x86_64)" >&2; exit 1',
    }),
    code: 1,
    says: /its C library is musl \(Alpine\?\), and the program needs glibc/,
  },
  "on an old glibc": {
    prepare: host({ getconf: 'case $1 in GNU_LIBC_VERSION) echo "glibc 2.19" ;; *) echo 64 ;; esac' }),
    code: 1,
    says: /it has glibc 2\.19, and the program needs 2\.27 or newer/,
  },
  "a program that crashes where pages have 16 KiB": {
    prepare(room) {
      room.stub("getconf", GETCONF);
      room.write(`/srv/${NAME}`, "#!/bin/sh\nkill -s SEGV $$\n", 0o755);
    },
    code: 1,
    says:
      /crash at its first run \(signal 11\)\nCannot .* pages of 16384 bytes\n.*Raspberry Pi 5(.*\n)*.*kernel=kernel8\.img/,
  },
  "a program that is none": {
    prepare: (room) => room.write(`/srv/${NAME}`, "\x7fELF\x02\x01\x01\0nothing", 0o755),
    code: 1,
    says: /another kind of machine/,
  },
  "no such file": {
    args: ["--from", "/srv/none"],
    code: 1,
    says: /Cannot install \/srv\/none: there is no such file/,
  },
  "an option that is not known": { args: ["--form", "x"], code: 2, says: /--form is not known\n.*--help/ },
  "an option without its value": { args: ["--from"], code: 2, says: /--from needs a value/ },
  "--purge alone": { args: ["--purge"], code: 2, says: /--purge belongs to --uninstall/ },
  "--help": { args: ["--help"], code: 0, says: /--base-url URL/ },
  "--version of nothing": { args: ["--version"], code: 0, says: /is not installed/ },
  "--rollback of nothing": { args: ["--rollback"], code: 1, says: /there is no version from before/ },
  "another SHA-256": { args: [...FILE, "--sha256", "00"], code: 1, says: /its SHA-256 is not 00/ },
  "a full disk": {
    prepare(room) {
      room.write(`/srv/${NAME}`, PROGRAM + "#".repeat(200_000), 0o755);
      room.smallDisk(`/usr/local/lib/${NAME}`, 100_000);
    },
    code: 1,
    says: /No space left on device(.*\n)*Cannot go on: see above/,
  },
};

const reason = obstacle();
const suffix = reason === undefined ? "" : ` (${reason})`;

for (const shell of SHELLS) {
  for (const [name, outcome] of Object.entries(OUTCOMES)) {
    Deno.test({
      name: `${shell}: install.sh, ${name}${suffix}`,
      ignore: reason !== undefined,
      async fn() {
        using room = new Room();
        const before = room.traces();
        outcome.prepare?.(room);
        const { how, args = FILE } = outcome;
        const input = how?.input === undefined ? {} : { input: room.read(`/srv/${how.input}`) };
        const { code, stdout, stderr } = await room.run(args, { ...how, shell, ...input });
        const said = `${stdout}${stderr}`;
        assert.equal(code, outcome.code, said);
        assert.match(said, outcome.says);
        assert.deepEqual(before, []);
        assert.deepEqual(outcome.installed ? room.traces() : rest(room), outcome.installed ? INSTALLED : []);
        assert.deepEqual(Array.from(Deno.readDirSync(`${room.path}/run`)), []);
      },
    });
  }

  Deno.test({
    name: `${shell}: install.sh updates, goes back, forgets nothing and at last everything${suffix}`,
    ignore: reason !== undefined,
    async fn() {
      using room = new Room();
      const does = async (...args: string[]): Promise<string> => {
        const { code, stdout, stderr } = await room.run(args, { shell });
        assert.equal(code, 0, stderr);
        return stdout;
      };
      await does(...FILE);
      room.write(`/etc/${NAME}/${NAME}.env`, "# mine\n");
      room.write(`/var/lib/${NAME}/logins`, "kept");
      room.write(`/srv/${NAME}`, PROGRAM.replace("9.8.7", "9.9.0"), 0o755);
      await does(...FILE);
      assert.match(await does("--version"), /9\.9\.0\nbefore: .*9\.8\.7/);
      assert.match(await does("--rollback"), /9\.8\.7 is back/);
      await does("--uninstall");
      assert.deepEqual(room.traces(), [`/etc/${NAME}`, `/var/lib/${NAME}`, "user"]);
      await does(...FILE);
      assert.equal(room.read(`/etc/${NAME}/${NAME}.env`), "# mine\n");
      assert.equal(room.read(`/var/lib/${NAME}/logins`), "kept");
      await does("--uninstall", "--purge", "--yes");
      assert.deepEqual(room.traces(), []);
    },
  });
}

Deno.test({
  name: `a full disk at an update leaves the version from before as it was${suffix}`,
  ignore: reason !== undefined,
  async fn() {
    using room = new Room();
    room.smallDisk(`/usr/local/lib/${NAME}`, 100_000);
    assert.equal((await room.run(FILE)).code, 0);
    room.write(`/srv/${NAME}`, PROGRAM.replace("9.8.7", "9.9.0") + "#".repeat(200_000), 0o755);
    assert.equal((await room.run(FILE)).code, 1);
    assert.match((await room.run(["--version"])).stdout, /9\.8\.7/);
    assert.deepEqual(
      Array.from(Deno.readDirSync(`${room.path}/usr/local/lib/${NAME}`), ({ name }) => name),
      [NAME],
    );
  },
});

Deno.test({
  name: `a refused installation leaves settings and data that were there before${suffix}`,
  ignore: reason !== undefined,
  async fn() {
    using room = new Room();
    room.write(`/etc/${NAME}/${NAME}.env`, "# mine\n");
    room.write(`/var/lib/${NAME}/logins`, "kept");
    room.write(`/srv/${NAME}`, "#!/bin/sh\nexit 1\n", 0o755);
    assert.equal((await room.run(FILE)).code, 1);
    assert.deepEqual(room.traces(), [`/etc/${NAME}`, `/var/lib/${NAME}`]);
    assert.equal(room.read(`/etc/${NAME}/${NAME}.env`), "# mine\n");
    assert.equal(room.read(`/var/lib/${NAME}/logins`), "kept");
  },
});

/** What a refused installation leaves; a disk that a test has put there is its own. */
function rest(room: Room): readonly string[] {
  const small = `/usr/local/lib/${NAME}`;
  return room.traces().filter((path) =>
    path !== small || Array.from(Deno.readDirSync(room.path + small)).length > 0
  );
}
