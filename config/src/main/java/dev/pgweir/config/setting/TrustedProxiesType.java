package dev.pgweir.config.setting;

import dev.pgweir.config.value.Network;
import dev.pgweir.config.value.TrustedProxies;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Networks, and the word for the Unix socket. */
final class TrustedProxiesType implements SettingType<TrustedProxies> {
    private static final String UNIX = "unix";

    @Override
    public TrustedProxies parse(String text) {
        List<Network> networks = new ArrayList<>();
        boolean unix = false;
        for (String word : Types.LIST.parse(text)) {
            if (word.equals(UNIX)) {
                unix = true;
            } else {
                networks.add(network(word));
            }
        }
        return new TrustedProxies(networks, unix);
    }

    private Network network(String word) {
        try {
            return Network.parse(word);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(Quote.of(word) + " " + e.getMessage() + ", accepted: " + accepted(), e);
        }
    }

    @Override
    public String format(TrustedProxies value) {
        return Stream.concat(
                        value.networks().stream().map(Network::toString), value.unix() ? Stream.of(UNIX) : Stream.of())
                .collect(Collectors.joining(","));
    }

    @Override
    public String accepted() {
        return "addresses and networks (10.0.0.0/8, ::1), or unix, separated by commas";
    }

    @Override
    public boolean acceptsBareValues() {
        return false;
    }

    @Override
    public boolean acceptsArrays() {
        return true;
    }
}
