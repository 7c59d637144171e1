package recurve.cell;

import java.util.List;
import recurve.option.Option;
import recurve.plugin.Plugin;

/**
 * A recurrent cell: one time step as equations. A service: a module provides it under a name.
 *
 * <p>It knows no direction, layer, padding or batch order; those belong to the loop around it. It
 * must be a pure function of what the step hands out: gradient, fast code, export and all checks
 * follow from the equations.
 */
public interface Cell extends Plugin {
  /** Its name, {@code [a-z0-9-]+}; written into checkpoints, so never changed. */
  @Override
  String name();

  /** What a user may set; read in the step by {@link Step#option}. */
  default List<Option<?>> options() {
    return List.of();
  }

  /** The equations. */
  Next step(Step s);
}
