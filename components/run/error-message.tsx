/** Why an action on a run failed, next to its button. */
export function ErrorMessage({ message }: { message: string | undefined }) {
  return message === undefined ? null : (
    <p role="alert" className="text-bad text-sm">
      {message}
    </p>
  );
}
