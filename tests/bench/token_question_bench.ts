/** What a token question costs inside the process, against the least that any answer costs. */
import { createHandler } from "../../src/http/app.tsx";
