// What both scripts for Node do: send each request that comes in as a line of JSON, and write its response as one.
import { createInterface } from "node:readline";

export async function serve(send) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { method, url, headers, body } = JSON.parse(line);
    const response = await send({ method, url, headers, body: body || undefined });
    process.stdout.write(JSON.stringify(response) + "\n");
  }
}
