import { planOf } from './plan.js';

// Long enough for a word, short enough to be there when somebody looks up.
const PAUSE_MS = 350;

/**
 * What the upstream panel shows, and when it is asked for.
 *
 * A report is `{ kind }` with `empty`, `planned`, `made`, `refused` (and the reason) or `unasked`: an answer that came
 * without an explanation. `note` says why the report is not about what stands in the editors now.
 */
export class Watch {
  #asker;
  #kept;
  #listeners = new Set();
  #pause;
  #asking;
  #state;

  constructor(asker, kept) {
    this.#asker = asker;
    this.#kept = kept;
    this.#state = { open: kept.read(), report: { kind: 'empty' }, note: null };
  }

  /** For React's `useSyncExternalStore`. */
  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The same value until something changes. */
  snapshot = () => this.#state;

  isOpen() {
    return this.#state.open;
  }

  /** Opens or closes the panel. Closed, it asks for nothing, and what is run is asked as any client asks. */
  setOpen(open) {
    this.cancel();
    this.#kept.write(open);
    this.#set({ open, report: { kind: 'empty' }, note: null });
  }

  show(report) {
    this.#set({ report, note: null });
  }

  /** A run begins: its explanation is better than any plan. */
  running() {
    this.cancel();
    this.#set({ note: null });
  }

  /** Somebody typed. `read` tells what stands in the editors, when it is looked at. */
  edited = (read) => {
    this.cancel();
    if (this.#state.open) this.#pause = setTimeout(() => this.#plan(read()), PAUSE_MS);
  };

  cancel() {
    clearTimeout(this.#pause);
    this.#asking?.abort();
  }

  async #plan(editors) {
    const { signal } = (this.#asking = new AbortController());
    try {
      const planned = await planOf(editors, this.#asker, signal);
      if (!signal.aborted) this.#set(planned);
    } catch (error) {
      if (!signal.aborted) this.#set({ note: `The plan could not be had: ${error.message}` });
    }
  }

  #set(changes) {
    this.#state = { ...this.#state, ...changes };
    this.#listeners.forEach((listener) => listener());
  }
}
