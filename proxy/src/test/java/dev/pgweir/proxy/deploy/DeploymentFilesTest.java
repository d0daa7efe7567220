package dev.pgweir.proxy.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.HttpConfig;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.load.ConfigLoader;
import dev.pgweir.config.load.LoadResult;
import dev.pgweir.config.setting.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ports, probes, variables, users and times of the files in docker/ are those of the program, and of each other. */
final class DeploymentFilesTest {
    private static final String IMAGE = "pgweir";

    /** What these manifests are made of, and where Kubernetes has it. */
    private static final Set<String> KINDS = Set.of(
            "v1/Secret",
            "v1/ConfigMap",
            "v1/Service",
            "apps/v1/Deployment",
            "apps/v1/StatefulSet",
            "policy/v1/PodDisruptionBudget");

    /** Fields of a container that Kubernetes knows, as far as they are used; another one is a slip. */
    private static final Set<String> OF_CONTAINERS = Set.of(
            "name",
            "image",
            "command",
            "env",
            "ports",
            "restartPolicy",
            "startupProbe",
            "livenessProbe",
            "readinessProbe",
            "lifecycle",
            "resources",
            "securityContext",
            "volumeMounts");

    private static final Map<String, String> PATHS =
            Map.of("startupProbe", "/startupz", "livenessProbe", "/livez", "readinessProbe", "/readyz");

    @TempDir
    private Path directory;

    // ---- Kubernetes ----

    @ParameterizedTest
    @ValueSource(strings = {"kubernetes/sidecar.yaml", "kubernetes/standalone.yaml"})
    void kubernetesFindsWhatItIsTold(String file) throws IOException {
        List<Yaml> objects = Yaml.documents(file);
        assertThat(objects)
                .allSatisfy(object -> assertThat(KINDS)
                        .contains(object.at("apiVersion").text() + "/"
                                + object.at("kind").text()))
                .extracting(object -> object.at("kind").text() + " "
                        + object.at("metadata", "name").text())
                .doesNotHaveDuplicates();
        Yaml pod = template(objects);
        Yaml container = pgweir(pod.at("spec"));
        ProxyConfig config = config(objects, container);

        assertThat(OF_CONTAINERS).containsAll(container.map().keySet());
        Map<String, Integer> ports = new HashMap<>();
        container
                .at("ports")
                .list()
                .forEach(port -> ports.put(
                        port.at("name").text(), port.at("containerPort").number()));
        HttpConfig.Address http = Objects.requireNonNull(config.http().address());
        assertThat(ports).containsEntry("metrics", http.port());
        assertThat(http.host()).as("probes come from another host").isEqualTo("*");
        if (ports.containsKey("postgresql")) {
            assertThat(ports).containsEntry("postgresql", config.listen().listenPort());
            assertThat(config.listen().listenAddr()).containsExactly("*");
        }
        PATHS.forEach((probe, path) -> {
            Yaml get = container.at(probe, "httpGet");
            if (container.at(probe).exists()) {
                assertThat(get.at("path").text()).as(get.place()).isEqualTo(path);
                assertThat(ports).as(get.place()).containsKey(get.at("port").text());
            }
        });
        assertThat(container.at("startupProbe").exists()).isTrue();
        assertThat(container.at("livenessProbe").exists()).isTrue();
        assertThat(pod.at("metadata", "annotations", "prometheus.io/port").number())
                .isEqualTo(http.port());
        selectorsFindThePod(objects, pod, ports.keySet());
        mountsHaveVolumes(objects, pod, container);
        thereIsTimeToLeave(pod, container, config);
        mayDoNothingElse(container);
    }

    private static Yaml template(List<Yaml> objects) {
        return objects.stream()
                .map(object -> object.at("spec", "template"))
                .filter(Yaml::exists)
                .findAny()
                .orElseThrow();
    }

    private static Yaml pgweir(Yaml podSpec) {
        List<Yaml> all = new ArrayList<>(podSpec.at("initContainers").list());
        all.addAll(podSpec.at("containers").list());
        Yaml found = all.stream()
                .filter(container -> container.at("image").text().equals(IMAGE))
                .findAny()
                .orElseThrow();
        boolean first = found.place().contains("initContainers");
        assertThat(found.at("restartPolicy").exists())
                .as("a container that comes before the others and stays is a sidecar")
                .isEqualTo(first);
        return found;
    }

    /** What PgWeir makes of it: the variables of the container, and the file of the ConfigMap that is mounted there. */
    private ProxyConfig config(List<Yaml> objects, Yaml container) throws IOException {
        Map<String, String> environment = new HashMap<>();
        for (Yaml variable : container.at("env").list()) {
            environment.put(variable.at("name").text(), variable.at("value").text());
        }
        Map<String, String> secrets = new HashMap<>();
        for (Yaml object : objects) {
            object.at("stringData").map().forEach((key, value) -> secrets.put(key, value.text()));
        }
        environment.replaceAll((name, value) -> name.endsWith("_FILE") ? secret(value, secrets) : value);
        String command = container.at("command").list().stream().map(Yaml::text).collect(Collectors.joining(" "));
        Matcher exported = Pattern.compile("export (PGWEIR_\\w+)=").matcher(command);
        while (exported.find()) {
            environment.put(exported.group(1), "1");
        }
        Path file = null;
        for (Yaml object : objects) {
            Yaml text = object.at("data", "pgweir.toml");
            if (text.exists()) {
                Matcher path = Pattern.compile("\"(/run/secrets/[^\"]+)\"").matcher(text.text());
                file = Files.writeString(
                        directory.resolve("pgweir.toml"),
                        path.replaceAll(match -> "\"" + secret(match.group(1), secrets) + "\""));
            }
        }
        return loaded(file, environment);
    }

    /** A file as it would be mounted there: its name is the key of the secret. */
    private String secret(String path, Map<String, String> secrets) {
        String key = Path.of(path).getFileName().toString();
        try {
            return Files.writeString(directory.resolve(key), Objects.requireNonNull(secrets.get(key), path))
                    .toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ProxyConfig loaded(@Nullable Path file, Map<String, String> environment) {
        LoadResult result = ConfigLoader.load(file, environment);
        assertThat(result.errors()).isEmpty();
        assertThat(result.warnings()).isEmpty();
        return Objects.requireNonNull(result.config());
    }

    private static void selectorsFindThePod(List<Yaml> objects, Yaml pod, Set<String> ports) {
        Map<String, String> labels = pod.at("metadata", "labels").map().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().text()));
        for (Yaml object : objects) {
            Yaml selector = object.at("spec", "selector", "matchLabels").exists()
                    ? object.at("spec", "selector", "matchLabels")
                    : object.at("spec", "selector");
            selector.map()
                    .forEach((label, value) ->
                            assertThat(labels).as(selector.place()).containsEntry(label, value.text()));
            object.at("spec", "ports")
                    .list()
                    .forEach(port ->
                            assertThat(ports).contains(port.at("targetPort").text()));
            if (object.at("spec", "serviceName").exists()) {
                assertThat(objects)
                        .anyMatch(service -> service.at("kind").text().equals("Service")
                                && service.at("metadata", "name")
                                        .text()
                                        .equals(object.at("spec", "serviceName").text()));
            }
        }
    }

    private static void mountsHaveVolumes(List<Yaml> objects, Yaml pod, Yaml container) {
        Set<String> objectNames = objects.stream()
                .map(object -> object.at("metadata", "name").text())
                .collect(Collectors.toSet());
        Map<String, Yaml> volumes = pod.at("spec", "volumes").list().stream()
                .collect(Collectors.toMap(volume -> volume.at("name").text(), volume -> volume));
        assertThat(container.at("volumeMounts").list())
                .isNotEmpty()
                .allSatisfy(mount ->
                        assertThat(volumes).containsKey(mount.at("name").text()));
        volumes.values().forEach(volume -> {
            Yaml source =
                    volume.at("secret").exists() ? volume.at("secret", "secretName") : volume.at("configMap", "name");
            assertThat(objectNames).as(source.place()).contains(source.text());
        });
    }

    private static void thereIsTimeToLeave(Yaml pod, Yaml container, ProxyConfig config) {
        int hook = container.at("lifecycle", "preStop", "exec", "command").list().stream()
                .map(Yaml::text)
                .filter(word -> word.matches("\\d+"))
                .mapToInt(Integer::parseInt)
                .sum();
        assertThat(Duration.ofSeconds(
                        pod.at("spec", "terminationGracePeriodSeconds").number()))
                .isGreaterThan(config.values().get(Settings.SHUTDOWN_TIMEOUT).plusSeconds(hook));
    }

    private static void mayDoNothingElse(Yaml container) throws IOException {
        Yaml context = container.at("securityContext");
        Matcher user = Pattern.compile("(?m)^USER (\\d+):").matcher(Files.readString(Yaml.docker("Dockerfile")));
        assertThat(user.find()).isTrue();
        assertThat(context.at("runAsUser").text()).isEqualTo(user.group(1));
        assertThat(context.at("readOnlyRootFilesystem").text()).isEqualTo("true");
        assertThat(context.at("allowPrivilegeEscalation").text()).isEqualTo("false");
        assertThat(context.at("capabilities", "drop").list().get(0).text()).isEqualTo("ALL");
    }

    // ---- compose ----

    @Test
    void composeFindsWhatItIsTold() throws IOException {
        Yaml compose = Yaml.documents("compose.yaml").get(0);
        Map<String, Yaml> services = compose.at("services").map();
        services.values().forEach(service -> {
            service.at("depends_on")
                    .map()
                    .forEach((name, how) -> assertThat(services).as(how.place()).containsKey(name));
            service.at("volumes").list().forEach(volume -> {
                String here = volume.text().substring(0, volume.text().indexOf(':'));
                assertThat(Yaml.docker(here)).as(volume.place()).exists();
            });
        });
        Yaml service = compose.at("services", "pgweir");
        Map<String, String> environment = new HashMap<>();
        // As the entrypoint has it where no file is mounted.
        environment.put("PGWEIR_LISTEN_ADDR", "*");
        service.at("environment")
                .map()
                .forEach(
                        (name, value) -> environment.put(name, value.text().replaceAll("\\$\\{\\w+:-(\\w+)\\}", "$1")));
        ProxyConfig config = loaded(null, environment);

        assertThat(service.at("ports").list().get(0).text())
                .endsWith(":" + config.listen().listenPort());
        assertThat(compose.at("services", "application")
                        .at("environment", "PGPORT")
                        .number())
                .isEqualTo(config.listen().listenPort());
        assertThat(services)
                .containsKey(compose.at("services", "application")
                        .at("environment", "PGHOST")
                        .text());
        assertThat(Duration.parse("PT" + service.at("stop_grace_period").text()))
                .isGreaterThan(config.values().get(Settings.SHUTDOWN_TIMEOUT));
        assertThat(compose.at("services", "postgres").at("command").list())
                .last()
                .satisfies(most -> assertThat(Integer.parseInt(most.text().replaceAll("\\D", "")))
                        .isGreaterThan(config.values().get(Settings.MAX_SERVER_CONNECTIONS)));
        Yaml scraped = Yaml.documents("prometheus/prometheus.yml").get(0);
        assertThat(scraped.at("scrape_configs")
                        .list()
                        .get(0)
                        .at("static_configs")
                        .list()
                        .get(0)
                        .at("targets")
                        .list()
                        .get(0)
                        .text())
                .isEqualTo("pgweir:"
                        + Objects.requireNonNull(config.http().address()).port());
        scraped.at("rule_files")
                .list()
                .forEach(rules ->
                        assertThat(Yaml.docker("prometheus/" + rules.text())).exists());
        Yaml source = Yaml.documents("grafana/provisioning/datasources/prometheus.yml")
                .get(0);
        assertThat(source.at("datasources").list().get(0).at("url").text()).isEqualTo("http://prometheus:9090");
        assertThat(services).containsKey("prometheus");
    }
}
