/** Prints a line for each model; whether all are near enough. */
export function report(runtime, results) {
  let holds = Object.keys(results).length > 0;
  for (const [name, { worst, near, what }] of Object.entries(results)) {
    const isNear = worst !== null && worst <= near; // a page sends what is not a number as null
    holds &&= isNear;
    console.log(`${runtime}  ${name}  ${what}  ${Number(worst ?? NaN).toExponential(1)}${isNear ? '' : '  TOO FAR'}`);
  }
  return holds;
}
