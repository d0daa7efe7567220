package dev.pgweir.protocol;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the module and its packages may use. */
@AnalyzeClasses(packages = "dev.pgweir.protocol", importOptions = ImportOption.DoNotIncludeTests.class)
class ProtocolModuleTest {
    @ArchTest
    static final ArchRule usesBuffersAndTheJdkOnly = classes()
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "dev.pgweir.protocol..",
                    "java..",
                    "javax.crypto..",
                    "javax.security..",
                    "io.netty.buffer..",
                    "io.netty.util..",
                    "org.jspecify.annotations.."));

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.pgweir.protocol.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule messagesDoNotKnowFrames = noClasses()
            .that()
            .resideInAPackage("..protocol.message..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..protocol.frame..", "..protocol.auth..");

    @ArchTest
    static final ArchRule authenticationKnowsNoBytesOfTheWire = noClasses()
            .that()
            .resideInAPackage("..protocol.auth..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..protocol.frame..", "..protocol.message..", "io.netty..");
}
