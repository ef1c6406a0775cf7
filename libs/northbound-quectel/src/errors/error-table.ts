/**
 * The vendor's codes (Quectel, Send Downlink Thing Model Service Data: response status; Query Latest Product Thing Model; Error
 * Code Summary; accessKeyLogin), with a message in each of the two languages. Clients look at the code: it comes with HTTP 200,
 * except where the request never became a call or the fault is ours. Which condition leads to which code stands in the README.
 */
export const QUECTEL_ERRORS = {
  'service-exception': { code: 50000, status: 500, en: 'Service exception', cn: '服务异常' },
  'parameter-wrong': { code: 50005, status: 200, en: 'Parameter check error', cn: '参数错误' },
  'product-missing': { code: 50006, status: 200, en: 'productKey is empty', cn: 'productKey为空' },
  'device-missing': {
    code: 50007,
    status: 200,
    en: 'deviceID, productKey or deviceKey is empty',
    cn: 'deviceID、productKey或deviceKey为空',
  },
  'device-offline': { code: 61002, status: 200, en: 'Device offline', cn: '设备离线' },
  'device-not-activated': { code: 61005, status: 200, en: 'Unauthorized device', cn: '设备未认证' },
  'queue-full': { code: 61006, status: 200, en: 'Device message upper limit', cn: '达到设备消息上限' },
  'too-many-calls': { code: 61007, status: 200, en: 'Message frequency is limited', cn: '达到消息频率上限' },
  unavailable: { code: 70000, status: 503, en: 'Service unavailable', cn: '服务不可用' },
  'not-sent': { code: 70051, status: 200, en: 'Failed data sending', cn: '数据发送失败' },
  'category-unmatched': {
    code: 70083,
    status: 200,
    en: 'Product category and parameter type do not match',
    cn: '产品类别和参数类型不匹配',
  },
  'no-permission': {
    code: 70089,
    status: 200,
    en: 'No permission to operate this product or device',
    cn: '没有操作此产品或设备的权限',
  },
  'out-of-range': { code: 70090, status: 200, en: 'Number out of range or step size', cn: '数字超出范围或步长' },
  'not-in-enum': { code: 70091, status: 200, en: 'Value is no member of the enumeration', cn: '该值不是枚举的成员' },
  'text-too-long': { code: 70092, status: 200, en: 'Text too long', cn: '文本长度超出限制' },
  'time-wrong': { code: 70093, status: 200, en: 'Incorrect timestamp', cn: '时间戳字符不正确' },
  unreadable: {
    code: 70094,
    status: 200,
    en: 'TSL model cannot analyze and identify the data',
    cn: '物模型无法分析和识别数据',
  },
  'model-empty': { code: 70097, status: 200, en: 'The product has no TSL model', cn: '产品的物模型为空' },
  'device-unknown': { code: 70130, status: 200, en: 'Nonexistent device', cn: '设备不存在' },
  'tsl-unknown': { code: 71006, status: 200, en: 'No TSL data of this version', cn: '找不到当前版本的物模型数据' },
  'tsl-wrong': { code: 71008, status: 200, en: 'TSL data format error', cn: '物模型数据格式错误' },
  'data-not-json': { code: 71027, status: 200, en: 'Downlink data is not JSON', cn: '下行数据不是JSON' },
  'data-no-list': { code: 71028, status: 200, en: 'Downlink data check failed', cn: '下行数据校验失败' },
  'data-illegal': { code: 71029, status: 200, en: 'Illegal downlink data', cn: '下行数据不合法' },
  'raw-wrong': { code: 71035, status: 200, en: 'Parameter verification error', cn: '参数验证错误' },
  'parameter-missing': { code: 71036, status: 200, en: 'TSL parameter check error', cn: '物模型参数校验错误' },
  'read-only': { code: 71038, status: 200, en: 'Read-only data cannot be sent', cn: '只读数据不能发送' },
  'too-many-items': {
    code: 71039,
    status: 200,
    en: 'Array longer than its defined size',
    cn: '数组的长度超过了定义的大小',
  },
  'encoding-wrong': { code: 71047, status: 200, en: 'Downlink TSL data format error', cn: '下行物模型数据格式错误' },
  'write-only': { code: 71048, status: 200, en: 'Cannot fetch only write-only data', cn: '不能只读取只写数据' },
  'login-wrong': {
    code: 90047,
    status: 200,
    en: 'AccessKey does not exist or is not right',
    cn: 'AccessKey不存在或不正确',
  },
  'token-missing': { code: 91001, status: 200, en: 'Token does not exist', cn: 'token不存在' },
  'token-wrong': { code: 91004, status: 200, en: 'Token incorrect', cn: 'token错误' },
  'call-not-allowed': { code: 91005, status: 200, en: 'No permission', cn: '权限不足' },
} as const;

export type QuectelErrorName = keyof typeof QUECTEL_ERRORS;
