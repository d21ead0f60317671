/** What became of what the user asked for. */
export function Outcome({ done, problem }: { readonly done: string; readonly problem: string | null }) {
  return (
    <>
      <p role="status">{done}</p>
      <p role="alert">{problem}</p>
    </>
  );
}
