package recurve.io.onnx;

import recurve.ir.Tensor;
import recurve.ir.Value;

/** What a name of the file stands for while its graph is read. */
sealed interface Item {
  /** A value of our graph. */
  record Symbolic(ElementType type, Value value) implements Item {}

  /** Whole numbers that are known now. */
  record Known(ElementType type, Ints ints, String name) implements Item {}

  /** A tensor that is known now: it becomes a weight if the graph reads it. */
  record Dense(ElementType type, Tensor tensor, String name) implements Item {}

  /** An argument left out. */
  record Absent() implements Item {}

  /** What a node yields that is not supported. */
  record Unread() implements Item {}

  static Item of(ElementType type, Value value) {
    return new Symbolic(type, value);
  }

  static Item of(ElementType type, Ints ints) {
    return new Known(type, ints, "");
  }
}
