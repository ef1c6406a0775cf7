/**
 * What subscriptions and batch tasks add to the vendor's errors (Huawei: Subscribing to Service Data, Querying and Deleting a
 * Subscription, Querying Information About a Batch Task).
 */
export const TASK_ERRORS = {
  'callback-illegal': { status: 400, code: '100222', text: 'The request callbackurl is illegal.' },
  'subscription-unknown': { status: 404, code: '100225', text: 'The resource is not found.' },
  'subscription-conflict': { status: 409, code: '100227', text: 'The resource is conflicted.' },
  'task-unknown': { status: 200, code: '101001', text: "Resource doesn't exist." },
} as const;
