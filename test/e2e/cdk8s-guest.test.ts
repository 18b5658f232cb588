import { join } from 'node:path';
import { type Cluster, startApiServer, strictDryRun } from './bed';

const rendered = join(__dirname, '..', '..', 'examples', 'in-a-cdk8s-app', 'rendered');

describe('What an existing cdk8s app writes with workloads, hosts and environments in it', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startApiServer();
  });
  afterAll(() => cluster?.stop());

  test('is taken by a strict dry run of the API server, chart by chart', async () => {
    const answers = await strictDryRun(cluster, rendered);
    expect(answers.filter((answer) => !answer.accepted)).toEqual([]);
    expect(answers.map(({ message }) => message.split('\n').length).every((objects) => objects > 10)).toBe(true);
    expect(answers).toHaveLength(3);
  });
});
