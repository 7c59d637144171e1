package recurve.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A symbolic tensor: what a node of the graph defines.
 *
 * <p>The methods build new nodes. Here, and only here, arguments broadcast as in NumPy: the
 * expansion is written into the graph. Negative axes count from the end.
 */
public final class Value {
  private final Node node;
  private final int index;
  private final Type type;

  Value(Node node, int index, Type type) {
    this.node = node;
    this.index = index;
    this.type = type;
  }

  /** The node that defines it. */
  public Node node() {
    return node;
  }

  /** Which of the node's outputs it is. */
  public int index() {
    return index;
  }

  public Op op() {
    return node.op();
  }

  public Type type() {
    return type;
  }

  public DType dtype() {
    return type.dtype();
  }

  public Shape shape() {
    return type.shape();
  }

  public Dim dim(int axis) {
    return shape().dim(axis);
  }

  public int rank() {
    return shape().rank();
  }

  private static Value one(Op op, Value... inputs) {
    return Node.of(op, List.of(inputs)).output();
  }

  // -- arithmetic

  public Value unary(Op.Unary op) {
    return one(op, this);
  }

  /** Applies a binary operation after broadcasting both sides. */
  public Value binary(Op.Binary op, Value other) {
    Shape shape = Shape.broadcast(shape(), other.shape());
    return one(op, expand(shape), other.expand(shape));
  }

  public Value neg() {
    return unary(Op.Unary.NEG);
  }

  public Value plus(Value other) {
    return binary(Op.Binary.ADD, other);
  }

  public Value plus(double number) {
    return plus(like(number));
  }

  public Value minus(Value other) {
    return binary(Op.Binary.SUB, other);
  }

  public Value minus(double number) {
    return minus(like(number));
  }

  public Value times(Value other) {
    return binary(Op.Binary.MUL, other);
  }

  public Value times(double number) {
    return times(like(number));
  }

  public Value over(Value other) {
    return binary(Op.Binary.DIV, other);
  }

  public Value over(double number) {
    return over(like(number));
  }

  /** {@code 1 - x}, as gates need it. */
  public Value oneMinus() {
    return like(1).minus(this);
  }

  public Value square() {
    return times(this);
  }

  /** The larger of two, element by element. */
  public Value max(Value other) {
    return binary(Op.Binary.MAX, other);
  }

  public Value max(double number) {
    return max(like(number));
  }

  /** The smaller of two, element by element. */
  public Value min(Value other) {
    return neg().max(other.neg()).neg();
  }

  public Value less(Value other) {
    return binary(Op.Binary.LESS, other);
  }

  public Value less(double number) {
    return less(like(number));
  }

  public Value eq(Value other) {
    return binary(Op.Binary.EQUAL, other);
  }

  /** This value (BOOL) as a choice between two. */
  public Value where(Value a, Value b) {
    Shape shape = Shape.broadcast(shape(), Shape.broadcast(a.shape(), b.shape()));
    return one(new Op.Where(), expand(shape), a.expand(shape), b.expand(shape));
  }

  /** The number in every element of a value of this type. */
  public Value like(double number) {
    return one(new Op.Constant(number, type));
  }

  public Value cast(DType to) {
    return to == dtype() ? this : one(new Op.Cast(to), this);
  }

  public Value stopGradient() {
    return unary(Op.Unary.STOP_GRADIENT);
  }

  // -- contraction and reduction

  /** {@code [..., m, k] x [..., k, n]}; a matrix on the right serves every leading index. */
  public Value matmul(Value right) {
    return one(new Op.MatMul(), this, right);
  }

  /** The sum along an axis, which stays with extent one. */
  public Value sum(int axis) {
    return one(new Op.ReduceSum(shape().axis(axis)), this);
  }

  /** The sum of all elements, a scalar. */
  public Value total() {
    return reshape(Shape.of(Dim.ONE, shape().size())).sum(1).reshape(Shape.SCALAR);
  }

  /** The mean along an axis, which stays with extent one. */
  public Value mean(int axis) {
    return sum(axis).over(Ops.extent(dtype(), dim(axis)));
  }

  /** The largest along an axis, which stays with extent one. */
  public Value maxOver(int axis) {
    return one(new Op.ReduceMax(shape().axis(axis)), this);
  }

  // -- shape

  public Value reshape(Shape to) {
    return to.equals(shape()) ? this : one(new Op.Reshape(to), this);
  }

  public Value transpose(List<Integer> permutation) {
    for (int i = 0; i < permutation.size(); i++) {
      if (permutation.get(i) != i) return one(new Op.Transpose(permutation), this);
    }
    return this;
  }

  /** Swaps the last two axes. */
  public Value t() {
    return swap(rank() - 2, rank() - 1);
  }

  /** Swaps two axes. */
  public Value swap(int a, int b) {
    var permutation = new ArrayList<Integer>();
    for (int i = 0; i < rank(); i++) permutation.add(i);
    Collections.swap(permutation, shape().axis(a), shape().axis(b));
    return transpose(permutation);
  }

  /** Repeats along axes of extent one, putting in leading axes where they lack. */
  public Value expand(Shape to) {
    if (to.equals(shape())) return this;
    if (op() instanceof Op.Constant c)
      return one(new Op.Constant(c.value(), new Type(dtype(), to)));
    Value v = this;
    if (rank() < to.rank()) {
      var dims = new ArrayList<Dim>(Collections.nCopies(to.rank() - rank(), Dim.ONE));
      dims.addAll(shape().dims());
      v = reshape(new Shape(dims));
    }
    return v.shape().equals(to) ? v : one(new Op.Expand(to), v);
  }

  /** Puts in an axis of extent one. */
  public Value unsqueeze(int axis) {
    return reshape(shape().insert(axis < 0 ? axis + rank() + 1 : axis, Dim.ONE));
  }

  /** Takes out an axis of extent one. */
  public Value squeeze(int axis) {
    return reshape(shape().without(axis));
  }

  public Value slice(int axis, Dim from, Dim to) {
    int a = shape().axis(axis);
    if (from.is(0) && to.equals(dim(a))) return this;
    return one(new Op.Slice(a, from, to), this);
  }

  public Value slice(int axis, long from, long to) {
    return slice(axis, Dim.of(from), Dim.of(to));
  }

  public Value pad(int axis, Dim before, Dim after) {
    if (before.is(0) && after.is(0)) return this;
    return one(new Op.Pad(shape().axis(axis), before, after), this);
  }

  // -- index

  /** Rows of this table by id. */
  public Value gather(Value ids) {
    return one(new Op.Gather(), this, ids);
  }

  /** Adds these updates into the rows named by ids, of a table of so many rows. */
  public Value scatter(Value ids, Dim rows) {
    return one(new Op.ScatterND(rows), this, ids);
  }

  /** The same value under a name that printing, errors and export show. */
  public Value named(String name) {
    return node.named(name).outputs().get(index);
  }

  @Override
  public String toString() {
    return node + " " + type;
  }
}
