const TOLERANCE = 5e-5;

/** Prints a line for each model; whether all are near enough. */
export function report(runtime, results) {
  let holds = Object.keys(results).length > 0;
  for (const [name, worst] of Object.entries(results)) {
    const near = worst <= TOLERANCE;
    holds &&= near;
    console.log(`${runtime}  ${name}  ${worst.toExponential(1)}${near ? '' : '  TOO FAR'}`);
  }
  return holds;
}
