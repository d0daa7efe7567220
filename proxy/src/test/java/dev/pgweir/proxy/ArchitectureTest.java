package dev.pgweir.proxy;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which package may know which: what stands lower knows nothing of what stands above it, and nobody goes in circles. */
final class ArchitectureTest {

    private static final String ROOT = "dev.pgweir.proxy";

    /** From the top; packages of one row may use each other in one direction. */
    private static final List<List<String>> ROWS = List.of(
            List.of(ROOT + ".cli"),
            List.of(ROOT),
            List.of(ROOT + ".admin", ROOT + ".metrics"),
            List.of(ROOT + ".client"),
            List.of(ROOT + ".authquery"),
            List.of(ROOT + ".link"),
            List.of(ROOT + ".pool", ROOT + ".cancel"),
            List.of(ROOT + ".server"),
            List.of(ROOT + ".auth.ldap"),
            List.of(ROOT + ".auth", ROOT + ".net", ROOT + ".log", ROOT + ".prepare", ROOT + ".prepare.sql"),
            List.of(ROOT + ".tls"));

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.pgweir");

    @Test
    void packagesUseOnlyThoseBelowThem() {
        LayeredArchitecture architecture =
                layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true);
        List<String> above = new ArrayList<>();
        for (List<String> row : ROWS) {
            String name = String.join(", ", row);
            architecture = architecture.layer(name).definedBy(row.toArray(String[]::new));
            architecture = above.isEmpty()
                    ? architecture.whereLayer(name).mayNotBeAccessedByAnyLayer()
                    : architecture.whereLayer(name).mayOnlyBeAccessedByLayers(above.toArray(String[]::new));
            above.add(name);
        }
        architecture.check(classes);
    }

    @Test
    void everyPackageHasItsPlace() {
        String[] known = ROWS.stream().flatMap(List::stream).toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(ROOT + "..")
                .should()
                .resideOutsideOfPackages(known)
                .check(classes);
    }

    @Test
    void noPackagesUseEachOtherInACircle() {
        slices().matching("dev.pgweir.(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    void protocolAndConfigurationKnowNeitherEachOtherNorTheProgram() {
        noClasses()
                .that()
                .resideInAPackage("dev.pgweir.protocol..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.pgweir.config..", "dev.pgweir.proxy..")
                .check(classes);
        noClasses()
                .that()
                .resideInAPackage("dev.pgweir.config..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.pgweir.protocol..", "dev.pgweir.proxy..")
                .check(classes);
    }

    @Test
    void poolKnowsNoNetwork() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".pool")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty.channel..")
                .allowEmptyShould(true)
                .check(classes);
    }

    @Test
    void sqlScannerUsesNothingButBuffers() {
        classes()
                .that()
                .resideInAPackage(ROOT + ".prepare.sql")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "io.netty.buffer..", "org.jspecify..", ROOT + ".prepare.sql")
                .check(classes);
    }

    @Test
    void everythingIsLoggedInOneWay() {
        NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(classes);
        noClasses()
                .that(DescribedPredicate.not(resideInAPackage(ROOT + ".log")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ch.qos.logback..")
                .check(classes);
    }

    @Test
    void onlyTheCommandLineUsesTheStandardStreams() {
        DescribedPredicate<JavaClass> outside = DescribedPredicate.not(resideInAPackage(ROOT + ".cli"));
        noClasses().that(outside).should(ACCESS_STANDARD_STREAMS).check(classes);
    }

    @Test
    void onlyTheEntryPointEndsTheProcess() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".cli.Main")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(classes);
    }
}
