// Sends requests from a page in Chromium, while Playwright records them.
//
// node playwright.mjs CHROMIUM BASE FILE FORM
import { chromium } from "playwright-core";
import { serve } from "./lines.mjs";

const [executablePath, base, path, form] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const recordHar = { path, content: form, mode: "full" };
const context = await browser.newContext(form === "update" ? {} : { recordHar });
if (form === "update") {
  await context.routeFromHAR(path, { update: true });
}
// A page of the same origin, so that the browser asks for no permission first.
await context.route(`${base}/page`, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
const page = await context.newPage();
await page.goto(`${base}/page`);
await serve((request) => page.evaluate(async ({ url, ...init }) => {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.text() };
}, request));
await context.close(); // writes the archive
await browser.close();
