package dev.pgweir.protocol;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class DependenciesTest {

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.pgweir.protocol");

    @Test
    void knowsBuffersButNeitherChannelsNorOtherModules() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.pgweir.protocol..",
                        "io.netty.buffer..",
                        "io.netty.util..",
                        "org.jspecify..",
                        "java..",
                        "javax.crypto..")
                .check(classes);
    }

    @Test
    void packagesDoNotUseEachOtherInACircle() {
        slices().matching("dev.pgweir.protocol.(**)").should().beFreeOfCycles().check(classes);
    }
}
