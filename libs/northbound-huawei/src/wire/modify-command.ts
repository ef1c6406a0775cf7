import { z } from 'zod';

/** "Currently, the status can be changed only to CANCELED" (Huawei, Modifying Device Commands v1.4.0). */
export const modifyCommandBody = z.object({ status: z.literal('CANCELED') });
