package dev.holdfast.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.holdfast.libc.ShutdownHooks;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Arrows only point down, each that is declared is used, packages are small and free of cycles, and
 * the foreign-function interface stays in one place.
 */
class ArchitectureTest {
  private static final String ROOT = "dev.holdfast.";

  /** More in one package nobody finds a way through. */
  private static final int MOST_CLASSES = 40;

  private static final int LEAST_PACKAGES = 50;

  /**
   * The house. A new module gets a line here; one that grows gets a higher minimum, so that no rule
   * can pass because it looked at nothing.
   */
  enum Module {
    testing(6),
    catalogue(1),
    libc(40),
    findings(15, "catalogue"),
    path(15, "libc"),
    files(80, "catalogue", "libc", "path"),
    locks(80, "libc", "path"),
    cluster(20, "files", "locks"),
    spring(1, "locks"),
    shedlock(3, "locks"),
    prove(60, "catalogue", "libc", "path", "findings"),
    junit(10, "prove", "findings"),
    lab(30, "catalogue", "libc", "path", "findings", "files", "locks", "prove"),
    cli(45, "catalogue", "libc", "path", "findings", "files", "locks", "prove", "lab");

    final int minimumClasses;

    @SuppressWarnings("ImmutableEnumChecker") // Set.of is immutable.
    final Set<String> mayUse;

    Module(int minimumClasses, String... mayUse) {
      this.minimumClasses = minimumClasses;
      this.mayUse = Set.of(mayUse);
    }

    boolean contains(JavaClass type) {
      return type.getPackageName().equals(ROOT + name())
          || type.getPackageName().startsWith(ROOT + name() + ".");
    }

    boolean allows(JavaClass type) {
      return !type.getPackageName().startsWith(ROOT)
          || contains(type)
          || mayUse.stream().anyMatch(lower -> valueOf(lower).contains(type));
    }
  }

  /** What these stand on has none, so neither have they. */
  private static final Set<Module> WITHOUT_DESCRIPTOR =
      Set.of(Module.cluster, Module.spring, Module.shedlock);

  /** Public for {@code libc.process}. */
  private static final Set<String> RAW =
      Set.of(
          ROOT + "libc.CFunction",
          ROOT + "libc.Kernel",
          ROOT + "libc.Memory",
          ROOT + "libc.Scratch");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT.substring(0, ROOT.length() - 1));

  @ParameterizedTest
  @EnumSource
  void usesOnlyWhatLiesBelow(Module module) {
    classes()
        .that(isIn(module))
        .should()
        .onlyDependOnClassesThat(isAllowedTo(module))
        .check(CLASSES);
  }

  @ParameterizedTest
  @EnumSource
  void usesEachModuleThatItDeclares(Module module) throws IOException {
    if (!WITHOUT_DESCRIPTOR.contains(module)) {
      assertEquals(module.mayUse, required(module), "what module-info.java of " + module + " says");
    }
    for (String lower : module.mayUse) {
      assertTrue(
          CLASSES.stream()
              .filter(module::contains)
              .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
              .anyMatch(use -> Module.valueOf(lower).contains(use.getTargetClass())),
          module + " declares " + lower + ", and no class of it uses that");
    }
  }

  /** The modules of this house that a module requires. */
  private static Set<String> required(Module module) throws IOException {
    JavaClass one = CLASSES.stream().filter(module::contains).findFirst().orElseThrow();
    String place = one.getSource().orElseThrow().getUri().toString();
    String root = place.substring(0, place.indexOf(ROOT.replace('.', '/')));
    try (InputStream in = URI.create(root + "module-info.class").toURL().openStream()) {
      return ModuleDescriptor.read(in).requires().stream()
          .map(ModuleDescriptor.Requires::name)
          .filter(name -> name.startsWith(ROOT))
          .map(name -> name.substring(ROOT.length()))
          .collect(Collectors.toSet());
    }
  }

  @Test
  void packagesAreFreeOfCycles() {
    slices().matching("dev.holdfast.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void noPackageIsTooLarge() {
    Map<String, Long> sizes =
        CLASSES.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
    assertTrue(
        sizes.size() >= LEAST_PACKAGES, () -> "looked at " + sizes.size() + " packages only");
    sizes.values().removeIf(size -> size <= MOST_CLASSES);
    assertEquals(Map.of(), sizes);
  }

  @Test
  void onlyLibcTouchesTheForeignFunctionInterface() {
    noClasses()
        .that(DescribedPredicate.not(isIn(Module.libc)))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .check(CLASSES);
    assertTrue(
        CLASSES.stream()
            .anyMatch(
                type ->
                    Module.libc.contains(type)
                        && type.getDirectDependenciesFromSelf().stream()
                            .anyMatch(
                                use ->
                                    use.getTargetClass()
                                        .getPackageName()
                                        .equals("java.lang.foreign"))),
        "libc itself is not seen to use java.lang.foreign: this test looks at the wrong classes");
  }

  /** Memory by its address, and system calls by their number. */
  @Test
  void onlyLibcCallsTheKernelItself() {
    noClasses()
        .that(DescribedPredicate.not(isIn(Module.libc)))
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe("are for libc alone", type -> RAW.contains(type.getName())))
        .check(CLASSES);
    RAW.forEach(name -> assertTrue(CLASSES.contain(name), name + " is not there any more"));
  }

  @Test
  void libcStandsOnTheJavaLanguageAlone() {
    classes()
        .that(isIn(Module.libc))
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("dev.holdfast.libc..", "java..", "org.jspecify.annotations..")
        .check(CLASSES);
  }

  /** {@link ShutdownHooks#exit} must know of all. */
  @Test
  void shutdownHooksAreAddedInOnePlace() {
    noClasses()
        .that(DescribedPredicate.not(JavaClass.Predicates.type(ShutdownHooks.class)))
        .should()
        .callMethod(Runtime.class, "addShutdownHook", Thread.class)
        .orShould()
        .callMethod(File.class, "deleteOnExit")
        .check(CLASSES);
    assertTrue(
        CLASSES.get(ShutdownHooks.class).getMethodCallsFromSelf().stream()
            .anyMatch(call -> call.getName().equals("addShutdownHook")),
        "the one place is not seen to add them: this test looks for the wrong method");
  }

  @ParameterizedTest
  @EnumSource
  void looksAtEnoughClasses(Module module) {
    long seen = CLASSES.stream().filter(module::contains).count();
    assertTrue(
        seen >= module.minimumClasses,
        () ->
            "looked at "
                + seen
                + " classes of "
                + module
                + ", expected "
                + module.minimumClasses
                + " at least");
  }

  @Test
  void knowsEveryModule() {
    List<String> known = Arrays.stream(Module.values()).map(Enum::name).toList();
    Set<String> strangers =
        CLASSES.stream()
            .map(type -> type.getPackageName().substring(ROOT.length()).split("\\.", 2)[0])
            .filter(name -> !known.contains(name))
            .collect(Collectors.toSet());
    assertEquals(Set.of(), strangers);
  }

  private static DescribedPredicate<JavaClass> isIn(Module module) {
    return DescribedPredicate.describe("are in " + module, module::contains);
  }

  private static DescribedPredicate<JavaClass> isAllowedTo(Module module) {
    return DescribedPredicate.describe("are in or below " + module, module::allows);
  }
}
