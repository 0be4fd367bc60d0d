import type {
  BatchObservableCallback,
  Meter,
  MeterOptions,
  MeterProvider,
  Observable,
  ObservableCallback,
} from "@opentelemetry/api";

/** The provider of an SDK. */
interface OwnMeterProvider extends MeterProvider {
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

type Asked = [name: string, version?: string, options?: MeterOptions];

/** Does something while the provider that gives way is still in force, and returns what is to be done after that. */
type Move = () => () => void;

interface Batch {
  readonly callback: BatchObservableCallback;
  readonly observables: readonly Observable[];
  remove(): void;
}

/**
 * A provider that can give way. The API has no proxy for meters: whoever asks for one before the application has registered
 * its provider keeps what it is given. So what comes from here leads to that provider once it is there.
 */
export class YieldingMeterProvider implements OwnMeterProvider {
  readonly #own: OwnMeterProvider;
  readonly #moves = new Set<Move>();
  /** What stands behind the observable instruments that were handed out. */
  readonly #behind = new WeakMap<Observable, () => Observable>();
  #inForce: MeterProvider;

  constructor(own: OwnMeterProvider) {
    this.#own = own;
    this.#inForce = own;
  }

  getMeter(...asked: Asked): Meter {
    // The API asks the application's provider by now. Only that one may still ask this, to pass something on.
    if (this.#inForce !== this.#own) return this.#own.getMeter(...asked);
    const meter = this.#latest(() => this.#inForce.getMeter(...asked));
    const batches = new Set<Batch>();
    const recording = <Instrument extends { record: unknown }>(make: () => Instrument) => {
      const behind = this.#latest(make) as () => { record(...measured: unknown[]): void };
      return { record: (...measured: unknown[]) => behind().record(...measured) };
    };
    const adding = <Instrument extends { add: unknown }>(make: () => Instrument) => {
      const behind = this.#latest(make) as () => { add(...measured: unknown[]): void };
      return { add: (...measured: unknown[]) => behind().add(...measured) };
    };
    const made: Meter = {
      createCounter: (...wanted) => adding(() => meter().createCounter(...wanted)),
      createUpDownCounter: (...wanted) => adding(() => meter().createUpDownCounter(...wanted)),
      createHistogram: (...wanted) => recording(() => meter().createHistogram(...wanted)),
      createGauge: (...wanted) => recording(() => meter().createGauge(...wanted)),
      createObservableCounter: (...wanted) =>
        this.#observable(() => meter().createObservableCounter(...wanted)),
      createObservableUpDownCounter: (...wanted) =>
        this.#observable(() => meter().createObservableUpDownCounter(...wanted)),
      createObservableGauge: (...wanted) => this.#observable(() => meter().createObservableGauge(...wanted)),
      addBatchObservableCallback: (callback, observables) => {
        if (!findBatch(batches, callback, observables))
          batches.add(this.#addBatch(meter, callback, observables as readonly Observable[]));
      },
      removeBatchObservableCallback: (callback, observables) => {
        const batch = findBatch(batches, callback, observables);
        batch?.remove();
        if (batch !== undefined) batches.delete(batch);
      },
    };
    return made;
  }

  /** Has everything that was handed out lead to that provider from now on. */
  yieldTo(provider: MeterProvider): void {
    if (provider === this) return;
    const moves = Array.from(this.#moves, (move) => move());
    this.#inForce = provider;
    for (const finish of moves) finish();
  }

  forceFlush(): Promise<void> {
    return this.#own.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#own.shutdown();
  }

  /** What `make` makes: at once, and anew when another provider is in force. */
  #latest<Made>(make: () => Made): () => Made {
    let from = this.#inForce;
    let made = make();
    return () => {
      if (from !== this.#inForce) {
        from = this.#inForce;
        made = make();
      }
      return made;
    };
  }

  #observable(make: () => Observable): Observable {
    const behind = this.#latest(make);
    const callbacks = new Set<ObservableCallback>();
    const move: Move = () => {
      const before = behind();
      for (const callback of callbacks) before.removeCallback(callback);
      return () => {
        for (const callback of callbacks) behind().addCallback(callback);
      };
    };
    const observable: Observable = {
      addCallback: (callback) => {
        callbacks.add(callback);
        this.#moves.add(move);
        behind().addCallback(callback);
      },
      removeCallback: (callback) => {
        callbacks.delete(callback);
        if (callbacks.size === 0) this.#moves.delete(move);
        behind().removeCallback(callback);
      },
    };
    this.#behind.set(observable, behind);
    return observable;
  }

  #addBatch(
    meter: () => Meter,
    callback: BatchObservableCallback,
    observables: readonly Observable[],
  ): Batch {
    const behind = (each: Observable) => this.#behind.get(each)?.() ?? each;
    const observing: BatchObservableCallback = (result) =>
      callback({ observe: (observable, ...observed) => result.observe(behind(observable), ...observed) });
    const add = () => meter().addBatchObservableCallback(observing, observables.map(behind));
    const remove = () => meter().removeBatchObservableCallback(observing, observables.map(behind));
    const move: Move = () => {
      remove();
      return add;
    };
    add();
    this.#moves.add(move);
    return {
      callback,
      observables,
      remove: () => {
        this.#moves.delete(move);
        remove();
      },
    };
  }
}

function findBatch(batches: ReadonlySet<Batch>, callback: unknown, observables: readonly unknown[]) {
  return [...batches].find(
    (batch) =>
      batch.callback === callback &&
      batch.observables.length === observables.length &&
      batch.observables.every((each) => observables.includes(each)),
  );
}
