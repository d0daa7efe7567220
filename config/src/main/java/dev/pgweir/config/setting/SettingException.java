package dev.pgweir.config.setting;

/** A value that is well written but does not fit together with the others. */
public final class SettingException extends IllegalArgumentException {

    private final String setting;

    /**
     * @param setting name of the setting to change
     * @param message what is wrong and what is accepted
     */
    public SettingException(Setting<?> setting, String message) {
        super(message);
        this.setting = setting.name();
    }

    /** Name of the setting to change. */
    public String setting() {
        return setting;
    }
}
