/** The plain page at `/`: what runs here, and the first request to copy. It shows no credentials: they are in demo.json. */
export function welcomePage(urls: { readonly http: string; readonly mqtt: string }, demoFile: string): string {
  const curl = [
    `KEY=$(node -p "require('${demoFile}').dialects.native.key")`,
    `curl -s ${urls.http}/v1/commands -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \\`,
    `  -d '{"deviceId":"demo-native-1","service":"switch","method":"turn","parameters":{"on":true}}'`,
  ].join('\n');
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Downlink</title>
<style>body{font:16px/1.5 system-ui;max-width:46rem;margin:3rem auto;padding:0 1rem}pre{background:#f3f3f3;padding:1rem;overflow:auto}</style>
<h1>Downlink runs here</h1>
<p>REST at <code>${urls.http}</code> (native under <code>/v1</code>, Huawei under <code>/iocm</code>, EnOS under <code>/connect-service</code>, Quectel under <code>/v2</code>), devices at <code>${urls.mqtt}</code>.</p>
<p>Send the demo device a command:</p>
<pre>${escapeHtml(curl)}</pre>
<p><a href="/health/ready">health</a> · <a href="/metrics">metrics</a></p>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
