import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import { authTable, serverTable } from '../../src/contracts/settings/settings-table.ts';
import { compose, environmentFile, image, manifest, read, ROOT, SERVERS } from '../support/deployment.ts';

const names = new Set(Object.values({ ...authTable, ...serverTable }).map(({ env }) => env));
const [, leaveSeconds = '0'] = /^const LEAVE_LIMIT_MS = (\d+)_000;$/m.exec(read('src/main.ts')) ?? [];
const leaveLimit = Number(leaveSeconds);
/** A worker's supervisor gives it a second more. */
const longestEnd = leaveLimit + 1;

const deployment = manifest('deployment');
const { spec: pod } = deployment.spec.template;
const [container] = pod.containers;
const podEnvironment = Object.fromEntries(
  container.env.map(({ name, value = 'mongodb://db.example.com/simplejwt' }) => [name, value]),
);
const unit = read('deploy/systemd/graphql-simplejwt.service');
const unitValue = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];
const server = compose.services['server-1'];

test('the constant that all grace periods are measured by is where it is looked for', () => {
  expect(leaveLimit).toBeGreaterThan(0);
});

describe.each([
  ['compose.yaml', { ...image.environment, ...server.environment }],
  ['deploy/kubernetes', { ...image.environment, ...podEnvironment }],
  ['deploy/systemd/server.env', environmentFile('deploy/systemd/server.env')],
])('the environment of %s', (_file, environment) => {
  test('has settings of the server alone, and they are good', () => {
    expect(Object.keys(environment).filter((name) => !names.has(name))).toEqual([]);
    const settings = settingsFromEnvironment(environment);
    expect(settings).toMatchObject({ nodeEnv: 'production', port: 4000, keysDir: expect.any(String) });
    expect(settings.trustProxy).toHaveLength(1);
    expect(settings.metricsPort).not.toBe(settings.port);
  });
});

test('what server.env leaves to take out of a comment is a setting, too', () => {
  const offered = [...read('deploy/systemd/server.env').matchAll(/^#(\w+)=/gm)].map(([, name]) => name);
  expect(offered).toEqual(['MONGODB_URI', 'WORKERS']);
});

describe('documents', () => {
  const folder = join(ROOT, 'docs/deploy');

  test.each(readdirSync(folder))('%s: names settings that there are, and files that there are', (file) => {
    const text = read(`docs/deploy/${file}`);
    const named = [...text.matchAll(/\b(?:JWT|METRICS|GRAPHQL|MONGODB|THROTTLE|TRUST|CORS|DATA)_[A-Z_]+\b/g)];
    expect(named.length).toBeGreaterThan(0);
    expect(named.map(([name]) => name).filter((name) => !names.has(name))).toEqual([]);
    const paths = [...text.matchAll(/\bdeploy\/(?:nginx|kubernetes|systemd|prometheus)\/[\w.-]+\w/g)].map(
      ([path]) => path,
    );
    for (const path of paths) expect(() => read(path)).not.toThrow();
  });
});

describe('Compose', () => {
  test('both servers are alike but for their addresses, and stop in their own time', () => {
    const [one, other] = SERVERS.map((name) => ({ ...compose.services[name], networks: undefined }));
    expect(one).toEqual(other);
    expect(parseInt(server.stop_grace_period ?? '', 10)).toBeGreaterThan(leaveLimit);
    expect(server.command).toBeUndefined(); // the image's, which passes signals on
  });

  test('nginx has the address that is trusted, and leads to the addresses and the port of the servers', () => {
    const { nginx } = compose.services;
    expect(server.environment?.['TRUST_PROXY']).toBe(nginx.networks['front']?.ipv4_address);
    const site = read('deploy/nginx/compose.conf');
    const upstream = [...site.matchAll(/^\s*server ([\d.]+:\d+)/gm)].map(([, address]) => address);
    const port = image.environment['PORT'];
    expect(upstream).toEqual(
      SERVERS.map((name) => `${compose.services[name].networks['front']?.ipv4_address}:${port}`),
    );
    expect(nginx.ports).toEqual(['127.0.0.1:8080:8080']);
    expect(site).toContain('listen 8080;');
    const published = Object.values(compose.services).filter(({ ports }) => ports !== undefined);
    expect(published).toEqual([nginx]);
  });

  test('the keys are in the volume that is made for the user of the image; servers only read it', () => {
    expect(server.volumes).toEqual([`keys:${image.volume}:ro`]);
    expect(compose.services.cli.volumes).toEqual([`keys:${image.volume}`]);
    expect(server.environment?.['JWT_KEYS_DIR']).toMatch(new RegExp(`^${image.volume}/`));
  });

  test('the health check begins the replica set that the servers look for, once', () => {
    const { mongodb } = compose.services;
    const [, address] =
      /^mongodb:\/\/([^/]+)\/\w+\?replicaSet=rs0$/.exec(server.environment?.['MONGODB_URI'] ?? '') ?? [];
    expect(mongodb.command).toEqual(expect.arrayContaining(['--replSet', 'rs0']));
    const check = (status: () => void, isWritablePrimary: boolean) => {
      const rs = { status, initiate: jest.fn() };
      const quit = jest.fn();
      runInNewContext(mongodb.healthcheck?.test.at(-1) ?? '', {
        rs,
        quit,
        db: { hello: () => ({ isWritablePrimary }) },
      });
      return { initiated: rs.initiate.mock.calls, quit: quit.mock.calls };
    };
    const isNew = () => {
      throw new Error('no replset config has been received');
    };
    const members = [{ _id: 0, host: address }];
    expect(check(isNew, false)).toEqual({ initiated: [[{ _id: 'rs0', members }]], quit: [[1]] });
    expect(check(() => {}, true)).toEqual({ initiated: [], quit: [[0]] });
  });
});

describe('Kubernetes', () => {
  test('the kustomization has every manifest, and its image is that of the pod', () => {
    const { resources, images } = parse(read('deploy/kubernetes/kustomization.yaml')) as {
      readonly resources: readonly string[];
      readonly images: readonly { readonly name: string }[];
    };
    const files = readdirSync(join(ROOT, 'deploy/kubernetes')).filter((file) => file !== 'kustomization.yaml');
    expect(resources.toSorted()).toEqual(files.toSorted());
    expect(images.map(({ name }) => name)).toEqual([container.image]);
  });

  test('every selector selects the pods', () => {
    const { labels } = deployment.spec.template.metadata;
    expect(deployment.spec.selector.matchLabels).toEqual(labels);
    expect(manifest('service').spec.selector).toEqual(labels);
    expect(manifest('disruption-budget').spec.selector.matchLabels).toEqual(labels);
    expect(manifest('network-policy').spec.podSelector.matchLabels).toEqual(labels);
  });

  test('it probes what the server answers, at the ports it listens on', () => {
    const app = read('src/server/http/app.ts');
    const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
    expect(probes.map(({ httpGet }) => httpGet.path)).toEqual(['/healthz', '/healthz', '/readyz']);
    for (const { httpGet } of probes) {
      expect(app).toContain(`app.get('${httpGet.path}'`);
      expect(httpGet.port).toBe('http');
    }
    expect(container.ports).toEqual([
      { name: 'http', containerPort: Number(image.environment['PORT']) },
      { name: 'metrics', containerPort: Number(podEnvironment['METRICS_PORT']) },
    ]);
    expect(manifest('service').spec.ports.map(({ targetPort }) => targetPort)).toEqual(['http']);
  });

  test('a pod is left alone until it has finished', () => {
    const [program, seconds] = container.lifecycle.preStop.exec.command;
    expect(program).toBe('sleep');
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(seconds) + longestEnd);
    expect(deployment.spec.strategy.rollingUpdate.maxUnavailable).toBe(0);
  });

  test('it runs as the user of the image, who may read the keys where the server looks for them', () => {
    const { runAsUser, runAsGroup, fsGroup } = pod.securityContext;
    expect(`${runAsUser}:${runAsGroup}`).toBe(image.user);
    expect(fsGroup).toBe(runAsGroup);
    expect(container.volumeMounts).toEqual([
      { name: 'keys', mountPath: podEnvironment['JWT_KEYS_DIR'], readOnly: true },
    ]);
    expect(pod.volumes).toEqual([{ name: 'keys', secret: { secretName: 'simplejwt-keys', defaultMode: 0o440 } }]);
  });
});

describe('systemd', () => {
  test('it waits for the end of the server, and signals the supervisor alone', () => {
    expect(Number(unitValue('TimeoutStopSec'))).toBeGreaterThan(longestEnd);
    expect(unitValue('KillMode')).toBe('mixed');
  });

  test('a reload is for workers: a server that is alone has none', async () => {
    const [, reload = ''] = /^\/bin\/sh -c '(.*)'$/.exec(unitValue('ExecReload') ?? '') ?? [];
    const reloadWith = async (workers: Readonly<Record<string, string>>) => {
      const main = spawn('sleep', ['60']);
      const ended = once(main, 'exit');
      const env = { PATH: process.env['PATH'], MAINPID: String(main.pid), ...workers };
      const [code] = await once(spawn('/bin/sh', ['-c', reload.replaceAll('$$', '$')], { env }), 'exit');
      main.kill('SIGTERM');
      const [, signal] = await ended;
      return [code, signal];
    };
    expect(await reloadWith({})).toEqual([1, 'SIGTERM']);
    expect(await reloadWith({ WORKERS: '1' })).toEqual([1, 'SIGTERM']);
    expect(await reloadWith({ WORKERS: 'auto' })).toEqual([1, 'SIGTERM']); // on SQLite that is one
    expect(await reloadWith({ WORKERS: '1', MONGODB_URI: 'mongodb://db/' })).toEqual([1, 'SIGTERM']);
    expect(await reloadWith({ WORKERS: 'auto', MONGODB_URI: 'mongodb://db/' })).toEqual([0, 'SIGHUP']);
  });

  test('the data are in the folder that the unit makes', () => {
    const state = `/var/lib/${unitValue('StateDirectory')}`;
    const { DATA_DIR, JWT_KEYS_DIR } = environmentFile('deploy/systemd/server.env');
    expect(DATA_DIR).toBe(state);
    expect(JWT_KEYS_DIR).toMatch(new RegExp(`^${state}/`));
  });

  test('the site of nginx leads to the address of the server', () => {
    const { HOST, PORT } = environmentFile('deploy/systemd/server.env');
    expect(read('deploy/nginx/vm.conf')).toContain(`server ${HOST}:${PORT};`);
  });
});
