/** What a device may want to know, log or count. None of it needs an answer. */
export type DeviceEvent =
  /** Connected, subscribed, its birth told. */
  | { readonly kind: 'online'; readonly epoch: number }
  | { readonly kind: 'offline' }
  /** The broker is not there or said no; tried again in `nextMs`. */
  | { readonly kind: 'not-connected'; readonly error: Error; readonly nextMs: number }
  /** Known already: its answer was repeated, or it is under way. */
  | { readonly kind: 'repeated'; readonly id: string }
  /** Past its deadline: not executed, not answered; a later attempt of the same command is welcome. */
  | { readonly kind: 'too-late'; readonly id: string }
  /** More commands waiting than the device keeps: this one is not taken. The platform sends it again. */
  | { readonly kind: 'crowded'; readonly id: string }
  /** A message that is no command. */
  | { readonly kind: 'unreadable'; readonly topic: string }
  | { readonly kind: 'handler-failed'; readonly id: string; readonly error: unknown }
  /** The memory could not keep something. What had not begun is not executed. */
  | { readonly kind: 'memory-failed'; readonly id?: string; readonly error: unknown };

export type OnEvent = (event: DeviceEvent) => void;
