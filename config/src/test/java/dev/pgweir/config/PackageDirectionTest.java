package dev.pgweir.config;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class PackageDirectionTest {

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.pgweir.config");

    @Test
    void packagesUseOnlyThoseBelowThem() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("value")
                .definedBy("dev.pgweir.config.value")
                .layer("hba")
                .definedBy("dev.pgweir.config.hba")
                .layer("setting")
                .definedBy("dev.pgweir.config.setting")
                .layer("root")
                .definedBy("dev.pgweir.config")
                .layer("load")
                .definedBy("dev.pgweir.config.load")
                .whereLayer("load")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("root")
                .mayOnlyBeAccessedByLayers("load")
                .whereLayer("hba")
                .mayOnlyBeAccessedByLayers("root", "load")
                .whereLayer("setting")
                .mayOnlyBeAccessedByLayers("root", "load")
                .check(classes);
    }

    @Test
    void configurationKnowsNeitherProtocolNorNetwork() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.pgweir.protocol..", "dev.pgweir.proxy..", "io.netty..", "org.slf4j..")
                .check(classes);
    }
}
