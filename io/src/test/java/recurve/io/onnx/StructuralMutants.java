package recurve.io.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Changes of a model that stay well-formed messages: arguments, attributes, extents and numbers
 * gone, doubled, exchanged or replaced by others.
 */
record StructuralMutants(Random random) {
  private static final long[] NUMBERS = {
    -1, 0, 1, 2, 3, 7, 16, 255, -2, 1000, 1L << 31, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE
  };
  private static final double[] REALS = {0, -1, Double.NaN, 1e30, Double.POSITIVE_INFINITY};
  // mostly something within a part is changed, and not the part as a whole
  private static final int WHOLE = 8;

  /** One change somewhere within a message. */
  void change(Message.Builder message) {
    var fields = new ArrayList<>(message.getAllFields().keySet());
    if (fields.isEmpty()) return;
    FieldDescriptor field = pick(fields);
    if (field.isRepeated()) {
      changeList(message, field);
    } else if (isWithin(field)) {
      message.setField(field, changed((Message) message.getField(field)));
    } else if (field.getJavaType() == JavaType.MESSAGE || random.nextBoolean()) {
      message.clearField(field);
    } else {
      message.setField(field, other(field, message.getField(field)));
    }
  }

  private void changeList(Message.Builder message, FieldDescriptor field) {
    var all = new ArrayList<Object>();
    for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
      all.add(message.getRepeatedField(field, i));
    }
    int at = random.nextInt(all.size());
    if (isWithin(field)) {
      all.set(at, changed((Message) all.get(at)));
    } else {
      switch (random.nextInt(4)) {
        case 0 -> all.clear();
        case 1 -> all.remove(at);
        case 2 -> all.add(all.get(at));
        default -> all.set(at, other(field, pick(all)));
      }
    }
    message.clearField(field);
    all.forEach(x -> message.addRepeatedField(field, x));
  }

  private boolean isWithin(FieldDescriptor field) {
    return field.getJavaType() == JavaType.MESSAGE && random.nextInt(WHOLE) > 0;
  }

  private Message changed(Message message) {
    Message.Builder builder = message.toBuilder();
    change(builder);
    return builder.build();
  }

  private <E> E pick(List<E> from) {
    return from.get(random.nextInt(from.size()));
  }

  private Object other(FieldDescriptor field, Object now) {
    long number = NUMBERS[random.nextInt(NUMBERS.length)];
    double real = REALS[random.nextInt(REALS.length)];
    return switch (field.getJavaType()) {
      case INT -> (int) number;
      case LONG -> number;
      case FLOAT -> (float) real;
      case DOUBLE -> real;
      case BOOLEAN -> !(Boolean) now;
      case STRING -> random.nextBoolean() ? "" : now + "x";
      case BYTE_STRING ->
          ((ByteString) now).substring(0, random.nextInt(1 + ((ByteString) now).size()));
      case ENUM -> {
        List<EnumValueDescriptor> values = field.getEnumType().getValues();
        yield pick(values);
      }
      case MESSAGE -> now; // another of the list
    };
  }
}
