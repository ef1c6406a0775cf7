import type { Pool } from 'pg';

/** The bare baseline's group commit: takes what has gathered while the previous transaction ran, `lanes` transactions at once. */
export class GroupCommitter<T> {
  private waiting: { item: T; done: () => void; failed: (error: unknown) => void }[] = [];
  private running = 0;

  constructor(
    private readonly pool: Pool,
    private readonly statement: { text: string; values: (items: readonly T[]) => unknown[] },
    private readonly lanes = 2,
  ) {}

  write(item: T): Promise<void> {
    return new Promise((done, failed) => {
      this.waiting.push({ item, done, failed });
      if (this.running < this.lanes && this.waiting.length === 1) queueMicrotask(() => this.pump());
    });
  }

  private pump(): void {
    while (this.running < this.lanes && this.waiting.length > 0) void this.commit();
  }

  private async commit(): Promise<void> {
    const batch = this.waiting.splice(0, 500);
    this.running += 1;
    try {
      const { text, values } = this.statement;
      await this.pool.query({ name: 'write', text, values: values(batch.map(({ item }) => item)) });
      for (const { done } of batch) done();
    } catch (error) {
      for (const { failed } of batch) failed(error);
    } finally {
      this.running -= 1;
      this.pump();
    }
  }
}
