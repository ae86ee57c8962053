package dev.holdfast.prove.payload;

import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/** A class whose initialisation makes the marker; it has a main method and an agent's. */
final class JavaClass implements Payload {
  /** Java 8's, which every later JVM takes. */
  private static final int MAJOR_VERSION = 52;

  private static final int STATIC = ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC;
  private static final ClassDesc STREAM = ClassDesc.of("java.io.FileOutputStream");

  @Override
  public boolean replaces(Reader reader) {
    return reader.hasSuffix(".class");
  }

  @Override
  public boolean isReadBy(Reader reader) {
    return false;
  }

  @Override
  public byte[] contents(Reader reader, String marker, String note) {
    return named(name(reader), marker, note);
  }

  /** With its package, which only the class that stood there knows. */
  private static String name(Reader reader) {
    try {
      return ClassFile.of().parse(reader.original()).thisClass().asInternalName();
    } catch (IllegalArgumentException notAClass) {
      return reader.name().replaceFirst("\\.class$", "");
    }
  }

  /**
   * @param internalName with slashes
   */
  static byte[] named(String internalName, String marker, String note) {
    MethodTypeDesc nothing = ConstantDescs.MTD_void;
    return ClassFile.of()
        .build(
            ClassDesc.ofInternalName(internalName),
            type ->
                type.withVersion(MAJOR_VERSION, 0)
                    .withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_SUPER)
                    .withMethodBody(
                        ConstantDescs.CLASS_INIT_NAME,
                        nothing,
                        ClassFile.ACC_STATIC,
                        code ->
                            code.ldc(note)
                                .pop()
                                .new_(STREAM)
                                .dup()
                                .ldc(marker)
                                .invokespecial(
                                    STREAM,
                                    ConstantDescs.INIT_NAME,
                                    MethodTypeDesc.of(CD_void, CD_String))
                                .invokevirtual(STREAM, "close", nothing)
                                .return_())
                    .withMethodBody(
                        "main",
                        MethodTypeDesc.of(CD_void, CD_String.arrayType()),
                        STATIC,
                        code -> code.return_())
                    .withMethodBody(
                        "premain",
                        MethodTypeDesc.of(CD_void, CD_String),
                        STATIC,
                        code -> code.return_()));
  }
}
