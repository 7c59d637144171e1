package recurve.backend.amx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes machine code for x86-64: the few instructions that {@link TileKernels} needs.
 *
 * @see <a href="https://www.intel.com/sdm">Intel 64 and IA-32 Architectures, Software Developer's
 *     Manual, volume 2</a>
 */
final class Assembler {
  /** General registers, by their numbers; those that a function may change without saving them. */
  static final int RAX = 0, RCX = 1, RDX = 2, RSI = 6, RDI = 7, R8 = 8, R9 = 9, R10 = 10, R11 = 11;

  private static final int NO_PREFIX = 0, F3 = 2, F2 = 3; // what stands for them in a VEX prefix
  private static final int NONE = 0; // no further register
  private static final int SIB = 4, DISPLACED = 0x80, DIRECT = 0xc0; // of the byte ModRM

  private final ByteBuffer code;

  Assembler(int capacity) {
    code = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Where the next instruction will stand. */
  int here() {
    return code.position();
  }

  /** All that was written. */
  byte[] bytes() {
    byte[] all = new byte[code.position()];
    code.get(0, all);
    return all;
  }

  /** Data. */
  void put(byte[] data) {
    code.put(data);
  }

  // -- tiles

  /** {@code ldtilecfg}: takes the tiles' shapes from a place in this code. */
  void configure(int place) {
    vex(NO_PREFIX, 0x49, NONE, RAX, RAX, 0x05); // relative to the next instruction
    code.putInt(place - (here() + Integer.BYTES));
  }

  /** {@code tilerelease}: forgets shapes and contents. */
  void release() {
    vex(NO_PREFIX, 0x49, NONE, RAX, RAX, DIRECT);
  }

  /** {@code tilezero}. */
  void zero(int tile) {
    vex(F2, 0x49, NONE, RAX, RAX, DIRECT | tile << 3);
  }

  /** {@code tileloadd}: its rows lie apart by what a register says. */
  void load(int tile, int base, int offset, int apart) {
    vex(F2, 0x4b, NONE, base, apart, DISPLACED | tile << 3 | SIB);
    memory(base, offset, apart);
  }

  /** {@code tilestored}. */
  void store(int tile, int base, int offset, int apart) {
    vex(F3, 0x4b, NONE, base, apart, DISPLACED | tile << 3 | SIB);
    memory(base, offset, apart);
  }

  /** {@code tdpbf16ps}: adds the product of two tiles of bfloat16 to one of floats. */
  void multiply(int sum, int left, int right) {
    vex(F3, 0x5c, right, RAX, RAX, DIRECT | sum << 3 | left);
  }

  private void vex(int prefix, int opcode, int third, int base, int index, int modrm) {
    code.put((byte) 0xc4);
    code.put((byte) (0x80 | (index < R8 ? 0x40 : 0) | (base < R8 ? 0x20 : 0) | 2));
    code.put((byte) ((~third & 15) << 3 | prefix));
    code.put((byte) opcode).put((byte) modrm);
  }

  private void memory(int base, int offset, int index) {
    code.put((byte) ((index & 7) << 3 | base & 7)).putInt(offset);
  }

  // -- the rest

  /** {@code prefetcht0}. */
  void fetch(int base, int offset) {
    if (base >= R8) code.put((byte) 0x41);
    code.put((byte) 0x0f).put((byte) 0x18).put((byte) (DISPLACED | 1 << 3 | base & 7));
    code.putInt(offset);
  }

  /** {@code mov}: a small positive number. */
  void set(int register, int number) {
    rex(RAX, register, 0xc7, register & 7 | DIRECT);
    code.putInt(number);
  }

  /** {@code mov}. */
  void move(int to, int from) {
    rex(from, to, 0x89, DIRECT | (from & 7) << 3 | to & 7);
  }

  /** {@code mov}: the first argument that is passed on the stack. */
  void argument(int to) {
    rex(to, RAX, 0x8b, 0x40 | (to & 7) << 3 | SIB);
    code.put((byte) 0x24).put((byte) Long.BYTES); // above the address to return to
  }

  /** {@code add}. */
  void add(int to, int from) {
    rex(from, to, 0x01, DIRECT | (from & 7) << 3 | to & 7);
  }

  /** {@code sub}. */
  void subtract(int from, int what) {
    rex(what, from, 0x29, DIRECT | (what & 7) << 3 | from & 7);
  }

  /** {@code add}: a number. */
  void advance(int to, int number) {
    rex(RAX, to, 0x81, DIRECT | to & 7);
    code.putInt(number);
  }

  /** {@code shl}. */
  void shift(int register, int bits) {
    rex(RAX, register, 0xc1, DIRECT | 4 << 3 | register & 7);
    code.put((byte) bits);
  }

  /** {@code cmp}, {@code jne}: goes to a place unless two registers are equal. */
  void unlessEqual(int one, int other, int place) {
    rex(other, one, 0x39, DIRECT | (other & 7) << 3 | one & 7);
    jump(place);
  }

  /** {@code dec}, {@code jne}: counts down, and goes to a place unless at zero. */
  void countDown(int register, int place) {
    rex(RAX, register, 0xff, DIRECT | 1 << 3 | register & 7);
    jump(place);
  }

  /** {@code ret}. */
  void leave() {
    code.put((byte) 0xc3);
  }

  private void rex(int reg, int rm, int opcode, int modrm) {
    code.put((byte) (0x48 | (reg >= R8 ? 4 : 0) | (rm >= R8 ? 1 : 0)));
    code.put((byte) opcode).put((byte) modrm);
  }

  private void jump(int place) {
    code.put((byte) 0x0f).put((byte) 0x85).putInt(place - (here() + Integer.BYTES));
  }
}
