// Sends requests with Node, while Polly.JS records them.
//
// node polly.mjs ADAPTER FOLDER
import http from "node:http"; // as a whole: Polly.JS replaces what is in it
import { Polly } from "@pollyjs/core";
import { gunzipSync } from "node:zlib";
import FetchAdapter from "@pollyjs/adapter-fetch";
import HttpAdapter from "@pollyjs/adapter-node-http";
import FSPersister from "@pollyjs/persister-fs";
import { serve } from "./lines.mjs";

const [adapter, recordingsDir] = process.argv.slice(2);
Polly.register(FSPersister);
Polly.register(adapter === "fetch" ? FetchAdapter : HttpAdapter);
const polly = new Polly("session", {
  mode: "record",
  recordFailedRequests: true,
  adapters: [adapter],
  persister: "fs",
  persisterOptions: { fs: { recordingsDir } },
});

async function withFetch({ url, ...init }) {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.text() };
}

function withHTTP({ url, body, ...options }) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        let all = Buffer.concat(chunks);
        if (response.headers["content-encoding"] === "gzip" && all.length > 0) {
          all = gunzipSync(all);
        }
        resolve({ status: response.statusCode, body: all.toString() });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

await serve(adapter === "fetch" ? withFetch : withHTTP);
await polly.stop(); // writes the archive
