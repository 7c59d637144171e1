package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.TensorProto;

/** Values without arguments, and those that arguments only say the extent of. */
final class Sources {
  private Sources() {}

  static Map<String, Lowering> all() {
    return Map.of(
        "Constant", Sources::constant,
        "ConstantOfShape", Sources::constantOfShape,
        "Range", Sources::range,
        "EyeLike", Sources::eye,
        "Trilu", Sources::trilu);
  }

  private static List<Item> constant(Call call) {
    Optional<TensorProto> t = call.tensor("value");
    if (t.isPresent()) return List.of(call.frame().reading().item(t.get(), call.output()));
    Optional<AttributeProto> i = call.attribute("value_int");
    if (i.isPresent()) return known(Ints.scalar(Dim.of(i.get().getI())));
    Optional<AttributeProto> is = call.attribute("value_ints");
    if (is.isPresent()) {
      return known(Ints.list(is.get().getIntsList().stream().map(Dim::of).toList()));
    }
    Optional<AttributeProto> f = call.attribute("value_float");
    if (f.isPresent()) return dense(call, Tensor.of(new float[] {f.get().getF()}));
    Optional<AttributeProto> fs = call.attribute("value_floats");
    if (fs.isPresent()) {
      var x = new float[fs.get().getFloatsCount()];
      for (int k = 0; k < x.length; k++) x[k] = fs.get().getFloats(k);
      return dense(call, Tensor.of(x, x.length));
    }
    throw new Refusal("a constant that is neither of numbers nor in full");
  }

  private static List<Item> known(Ints ints) {
    return List.of(Item.of(ElementType.INT64, ints));
  }

  private static List<Item> dense(Call call, Tensor t) {
    return List.of(new Item.Dense(ElementType.FLOAT, t, call.output()));
  }

  private static List<Item> constantOfShape(Call call) {
    Shape shape = new Shape(call.need(0).elements());
    Optional<TensorProto> value = call.tensor("value");
    ElementType type = value.map(TensorFile::type).orElse(ElementType.FLOAT);
    double number =
        value.map(v -> TensorFile.tensor(v, type, External.NONE)).map(Tensor::item).orElse(0.0);
    boolean list = shape.isNumeric() && shape.rank() <= 1 && shape.size().number() <= Ints.MOST;
    if (list && !type.isFloat()) { // part of a computation of shapes
      var elements = new ArrayList<Dim>();
      for (long i = 0; i < shape.size().number(); i++) elements.add(Dim.of((long) number));
      List<Integer> dims = shape.dims().stream().map(d -> (int) d.number()).toList();
      return List.of(Item.of(type, new Ints(elements, dims)));
    }
    return call.result(type, Ops.constant(number, type.carrier(), shape));
  }

  private static List<Item> range(Call call) {
    ElementType type = call.type(0);
    if (type.isFloat()) {
      double start = number(call, 0), limit = number(call, 1), delta = number(call, 2);
      long count = (long) Math.max(0, Math.ceil((limit - start) / delta));
      Value index = Ops.range(0, type.carrier(), Shape.of(count));
      return call.result(type, index.times(delta).plus(start));
    }
    Dim start = call.need(0).only(), limit = call.need(1).only();
    long delta = call.need(2).only().number();
    if (delta == 0) throw new Refusal("a step of 0");
    Dim way = limit.minus(start);
    Dim count;
    if (way.isNumber()) {
      count = Dim.of(Math.max(0, Math.ceilDiv(way.number(), delta)));
    } else {
      count = Shapes.quotient(way, Dim.of(delta));
    }
    Value index = Ops.range(0, DType.I32, Shape.of(count));
    Value scaled = delta == 1 ? index : index.times(delta);
    Value y = start.is(0) ? scaled : scaled.plus(Ops.extent(DType.I32, start));
    return call.result(type, y);
  }

  private static double number(Call call, int i) {
    var known = call.number(i);
    return known.isPresent() ? known.getAsDouble() : call.need(i).only().number();
  }

  private static List<Item> eye(Call call) {
    Shape shape = call.shape(0);
    int number = (int) call.integer("dtype", 0);
    ElementType type =
        number == 0
            ? call.type(0)
            : ElementType.of(number).orElseThrow(() -> new Refusal("type number " + number));
    Value row = Ops.range(0, DType.I32, shape).plus(call.integer("k", 0));
    Value one = row.eq(Ops.range(1, DType.I32, shape));
    return call.result(type, one.cast(type.carrier()));
  }

  private static List<Item> trilu(Call call) {
    Value x = call.value(0);
    long k = call.has(1) ? call.need(1).only().number() : 0;
    Value row = Ops.range(x.rank() - 2, DType.I32, x.shape()).plus(k);
    Value column = Ops.range(x.rank() - 1, DType.I32, x.shape());
    boolean upper = call.flag("upper", true);
    Value out = upper ? column.less(row) : row.less(column);
    return call.result(out.where(x.like(0), x));
  }
}
