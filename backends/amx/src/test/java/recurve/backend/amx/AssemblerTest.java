package recurve.backend.amx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static recurve.backend.amx.Assembler.R10;
import static recurve.backend.amx.Assembler.R11;
import static recurve.backend.amx.Assembler.R8;
import static recurve.backend.amx.Assembler.RAX;
import static recurve.backend.amx.Assembler.RCX;
import static recurve.backend.amx.Assembler.RDI;
import static recurve.backend.amx.Assembler.RDX;
import static recurve.backend.amx.Assembler.RSI;

import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The bytes are those that the GNU assembler 2.40 writes for the instruction beside them. */
class AssemblerTest {
  private static void check(String bytes, Consumer<Assembler> instruction) {
    var code = new Assembler(64);
    instruction.accept(code);
    assertEquals(bytes, HexFormat.ofDelimiter(" ").formatHex(code.bytes()));
  }

  @Test
  void tiles() {
    check("c4 e2 78 49 05 00 01 00 00", c -> c.configure(0x109)); // ldtilecfg 0x100(%rip)
    check("c4 e2 78 49 c0", Assembler::release); // tilerelease
    check("c4 e2 7b 49 d8", c -> c.zero(3)); // tilezero %tmm3
    // tileloadd 0x800(%r11,%rax,1),%tmm5
    check("c4 c2 7b 4b ac 03 00 08 00 00", c -> c.load(5, R11, 0x800, RAX));
    // tileloadd 0x1800(%rsi,%rax,1),%tmm6
    check("c4 e2 7b 4b b4 06 00 18 00 00", c -> c.load(6, RSI, 0x1800, RAX));
    // tilestored %tmm1,0x40(%rdx,%rcx,1), with an offset of four bytes
    check("c4 e2 7a 4b 8c 0a 40 00 00 00", c -> c.store(1, RDX, 0x40, RCX));
    check("c4 c2 7a 4b 94 0a 40 00 00 00", c -> c.store(2, R10, 0x40, RCX));
    check("c4 e2 42 5c cc", c -> c.multiply(1, 4, 7)); // tdpbf16ps %tmm7,%tmm4,%tmm1
    check("c4 e2 4a 5c d5", c -> c.multiply(2, 5, 6)); // tdpbf16ps %tmm6,%tmm5,%tmm2
  }

  @Test
  void numbersAndAddresses() {
    check("48 c7 c0 40 00 00 00", c -> c.set(RAX, 64)); // mov $0x40,%rax
    check("49 89 ca", c -> c.move(R10, RCX)); // mov %rcx,%r10
    check("4c 8b 44 24 08", c -> c.argument(R8)); // mov 0x8(%rsp),%r8
    check("49 c1 e2 04", c -> c.shift(R10, 4)); // shl $0x4,%r10
    check("49 01 d2", c -> c.add(R10, RDX)); // add %rdx,%r10
    check("49 29 fa", c -> c.subtract(R10, RDI)); // sub %rdi,%r10
    check("49 89 fb", c -> c.move(R11, RDI)); // mov %rdi,%r11
    check("49 81 c3 00 18 00 00", c -> c.advance(R11, 0x1800)); // add $0x1800,%r11
    check("48 81 c6 00 18 00 00", c -> c.advance(RSI, 0x1800)); // add $0x1800,%rsi
    check("0f 18 8e 40 18 00 00", c -> c.fetch(RSI, 0x1840)); // prefetcht0 0x1840(%rsi)
    check("41 0f 18 8b 40 18 00 00", c -> c.fetch(R11, 0x1840)); // prefetcht0 0x1840(%r11)
  }

  @Test
  void jumps() {
    // cmp %r8,%r11; jne back to the first byte
    check("4d 39 c3 0f 85 f7 ff ff ff", c -> c.unlessEqual(R11, R8, 0));
    check("49 ff c8 0f 85 f7 ff ff ff", c -> c.countDown(R8, 0)); // dec %r8; jne
    check("c3", Assembler::leave); // ret
  }
}
