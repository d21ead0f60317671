// Has promtool parse the dashboard's queries, as a file of rules with Grafana's variables filled in.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { panels } = JSON.parse(readFileSync('deploy/grafana/dashboard.json', 'utf8'));
const filledIn = (expression) => expression.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '1h');
const rules = panels.flatMap(({ id, targets = [] }) =>
  targets.map(({ refId, expr }) => ({ record: `dashboard:panel_${id}:${refId}`, expr: filledIn(expr) })),
);

const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
try {
  const file = join(folder, 'dashboard.yaml');
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] })); // JSON is YAML
  execFileSync('promtool', ['check', 'rules', file], { stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true });
}
