/** 65,535 values, 1..65535: what Huawei's two-byte `mid` can say (0 is not used). */
export const CORRELATIONS = 65_535;

/** The correlation of the command at this position of its device's lane; stored nowhere, because it is computed. */
export function correlationOf(lanePosition: number): number {
  return ((lanePosition - 1) % CORRELATIONS) + 1;
}

/** The latest lane position, at most `lastPosition`, whose correlation is this one; undefined when none can be. */
export function lanePositionOf(correlation: number, lastPosition: number): number | undefined {
  if (!Number.isInteger(correlation) || correlation < 1 || correlation > CORRELATIONS || lastPosition < 1)
    return undefined;
  const back = (((lastPosition - correlation) % CORRELATIONS) + CORRELATIONS) % CORRELATIONS;
  const position = lastPosition - back;
  return position >= 1 ? position : undefined;
}
