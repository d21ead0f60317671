// Has every deployment file read by its own tool; one line for each. Run it by .ci/with-deploy-tools, and with the
// Debian packages nginx, openssl, prometheus and systemd.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const UNIT = 'deploy/systemd/graphql-simplejwt.service';
const COMPOSE_GUIDE = 'docs/deploy/docker-compose.md';
const WORKFLOW = '.github/workflows/ci.yml';
const KUBERNETES = 'deploy/kubernetes';
const KUSTOMIZATION = 'kustomization.yaml';
/** Of 10.0, as `systemd-analyze security` counts: what is left is a network server that compiles what it runs. */
const MOST_EXPOSURE = 2;

const folder = mkdtempSync(join(tmpdir(), 'check-deploy-'));
let failed = 0;

/** Some tools only warn of what they ignore, so `isQuiet` ones must print nothing. */
function check(file, [program, ...args], { isQuiet = false } = {}) {
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  const output = `${stdout ?? ''}${stderr ?? ''}`.trim();
  const isGood = !error && status === 0 && !(isQuiet && output !== '');
  console.log(`${file}: ${isGood ? 'good' : 'BAD'} (${basename(program)} ${args[0]})`);
  if (isGood) return;
  failed += 1;
  console.log(
    error ? `${program} does not start (${error.code}); the head of this script says what is needed` : output,
  );
}

function copy(file, edit) {
  const path = join(folder, basename(file));
  writeFileSync(path, edit(readFileSync(file, 'utf8')));
  return path;
}

/** The one block of a language in a document. */
function snippetOf(document, language) {
  const blocks = readFileSync(document, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'));
  const [code, ...others] = Array.from(blocks, ([, block]) => block);
  if (code === undefined) throw new Error(`${document} shows no ${language}`);
  if (others.length > 0) throw new Error(`${document} shows more ${language} than this script reads`);
  return code;
}

function checkNginx(file, edit = (text) => text) {
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-batch'];
  spawnSync('openssl', [...request, '-subj', '/CN=auth.example.com', '-keyout', key, '-out', certificate]);
  const site = copy(file, (text) =>
    edit(text)
      .replace(/^(\s*ssl_certificate) .*;$/m, `$1 ${certificate};`)
      .replace(/^(\s*ssl_certificate_key) .*;$/m, `$1 ${key};`),
  );
  const main = join(folder, 'nginx.conf');
  writeFileSync(main, `pid ${folder}/pid; error_log stderr; events {} http { access_log off; include ${site}; }`);
  check(file, ['nginx', '-t', '-q', '-c', main], { isQuiet: true });
}

try {
  check('Dockerfile', ['hadolint', 'Dockerfile']);
  check('compose.yaml', ['check-jsonschema', '--builtin-schema', 'vendor.compose-spec', 'compose.yaml']);
  const manifests = readdirSync(KUBERNETES).filter((file) => file !== KUSTOMIZATION);
  for (const file of manifests.map((name) => join(KUBERNETES, name))) {
    check(file, ['kubernetes-validate', '--strict', file]);
  }
  // As `kubectl apply --kustomize` would send them. It only warns of what is deprecated.
  const built = join(folder, 'built.yaml');
  check(join(KUBERNETES, KUSTOMIZATION), ['kubectl', 'kustomize', KUBERNETES, '--output', built], { isQuiet: true });
  check(join(KUBERNETES, KUSTOMIZATION), ['kubernetes-validate', '--strict', built]);
  for (const file of ['deploy/nginx/compose.conf', 'deploy/nginx/vm.conf']) checkNginx(file);
  // With what the guides tell people to add.
  checkNginx('deploy/nginx/compose.conf', (text) => text.replace('listen 8080;', snippetOf(COMPOSE_GUIDE, 'nginx')));
  const override = join(folder, 'compose.override.yaml');
  writeFileSync(override, snippetOf(COMPOSE_GUIDE, 'yaml').replace('!override ', '')); // a tag of Compose, unknown to YAML
  check(COMPOSE_GUIDE, ['check-jsonschema', '--builtin-schema', 'vendor.compose-spec', override]);
  copy('deploy/prometheus/alerts.yaml', (text) => text);
  const prometheus = join(folder, 'prometheus.yaml');
  writeFileSync(prometheus, snippetOf('docs/metrics.md', 'yaml'));
  check('docs/metrics.md', ['promtool', 'check', 'config', prometheus]);
  // It looks for the programs; where Node.js is differs.
  const unit = copy(UNIT, (text) => text.replace('/usr/bin/node', process.execPath));
  check(UNIT, ['systemd-analyze', 'verify', '--man=no', unit], { isQuiet: true });
  check(UNIT, ['systemd-analyze', 'security', '--offline=yes', `--threshold=${MOST_EXPOSURE * 10}`, unit]);
  const hasActionlint = spawnSync('actionlint', ['-version']).error === undefined; // it wants Go: see .ci/with-deploy-tools
  if (hasActionlint) check(WORKFLOW, ['actionlint', '-no-color', '-shellcheck=', WORKFLOW]);
  else console.log(`${WORKFLOW}: not checked, for want of Go`);
  check('deploy/prometheus/alerts.yaml', ['npm', 'run', '--silent', 'check:alerts']);
} finally {
  rmSync(folder, { recursive: true });
}
if (failed > 0) process.exitCode = 1;
