// What the console keeps of a metric, by clocks that disagree.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TimeSeries } from '../../../web/console/metrics.js';

const NOW = 1_700_000_000_000;
const seriesOf = (...points) => {
  const series = new TimeSeries();
  for (const [at, value] of points) series.add(NOW + at, value, NOW);
  return series.points.map((point) => [point.at - NOW, point.value]);
};

describe('a time series', () => {
  it('takes values in the order in which they come', () => {
    assert.deepEqual(seriesOf([-3000, 1], [-2000, 2], [-1000, 3]), [[-3000, 1], [-2000, 2], [-1000, 3]]);
  });
  it('puts what is dated ahead at now', () => {
    assert.deepEqual(seriesOf([-1000, 1], [86_400_000, 2]), [[-1000, 1], [0, 2]]);
  });
  it('gives those that tell their time the chart back', () => {
    assert.deepEqual(seriesOf([-3000, 1], [86_400_000, 99], [-2000, 2], [-1000, 3]), [[-3000, 1], [-2000, 2], [-1000, 3]]);
  });
  it('shows a newer value of an older date as the last, without going back in time', () => {
    assert.deepEqual(seriesOf([-3000, 1], [-1000, 2], [-2000, 3]), [[-3000, 1], [-1000, 3]]);
  });
});
