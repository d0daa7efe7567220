package dev.pgweir.proxy.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection whose peer lets time go by: between requests, in the middle of one (a byte now and then does not buy
 * more time), or without taking the answer.
 */
final class HttpPatience extends ChannelDuplexHandler {
    private @Nullable Future<?> alarm;
    private long since;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        // The first request has to come soon: whoever connects wants something.
        set(context, HttpEndpoint.REQUEST_SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof LastHttpContent) {
            // From here on it is the answer that has to be taken.
            set(context, HttpEndpoint.REQUEST_SECONDS);
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        context.write(message, promise.unvoid().addListener(done -> set(context, HttpEndpoint.IDLE_SECONDS)));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancel();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        cancel();
    }

    /** For how long nothing has happened on a connection of the endpoint. On its event loop. */
    static long silence(Channel channel) {
        HttpPatience own = channel.pipeline().get(HttpPatience.class);
        return own == null ? 0 : System.nanoTime() - own.since;
    }

    private void set(ChannelHandlerContext context, int seconds) {
        cancel();
        since = System.nanoTime();
        if (context.channel().isOpen()) {
            alarm = context.executor().schedule(() -> context.close(), seconds, TimeUnit.SECONDS);
        }
    }

    private void cancel() {
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
    }
}
