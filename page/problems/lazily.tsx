import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

/** A component that is loaded when it is first shown; where that fails, the page says so and stays. */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch {
      return { default: NotLoaded };
    }
  });
}

/** Its file did not come: the network is gone, or the server was updated and has another one. */
function NotLoaded() {
  return (
    <div className="problem not-loaded">
      <p role="alert">This part of the page could not be loaded. Load the page again.</p>
      <button onClick={() => location.reload()}>Load again</button>
    </div>
  );
}
