import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';

interface Kept {
  readonly [member: string]: Kept;
}

/**
 * The members that are asked for, and nothing else (EnOS, How does projection crop the result set). A path names members by
 * dots and steps into each item of a list by `[*]`; one that leads nowhere keeps nothing. Pure.
 * @param paths such as `commandId`, `commandName.defaultValue`, `distances[*].towards`; undefined keeps everything
 */
export function project(value: JsonObject, paths: readonly string[] | undefined): JsonObject {
  if (paths === undefined) return value;
  return keepMembers(value, treeOf(paths));
}

function treeOf(paths: readonly string[]): Kept {
  const root: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const path of paths) {
    let node = root;
    for (const part of path.replaceAll('[*]', '').split('.')) {
      node[part] ??= Object.create(null) as object;
      node = node[part] as Record<string, unknown>;
    }
  }
  return root as Kept;
}

function keep(value: Json, kept: Kept): Json {
  if (Object.keys(kept).length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => keep(item, kept));
  return isJsonObject(value) ? keepMembers(value, kept) : value;
}

function keepMembers(value: JsonObject, kept: Kept): JsonObject {
  const members = Object.keys(kept).filter((member) => Object.hasOwn(value, member));
  return Object.fromEntries(members.map((member) => [member, keep(value[member]!, kept[member]!)]));
}
