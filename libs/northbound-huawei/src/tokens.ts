/** What Nest injects by. */
export const HUAWEI_PORTS = Symbol('huawei ports');
export const HUAWEI_SETTINGS = Symbol('huawei settings');
