import type { Socket } from 'node:net';
import { FirstAnswer } from '../connect/first-packet.js';
import { sessionWill, type SessionWill } from '../connect/session-will.js';
import { uplinkPrefix } from '../../uplinks/uplink-topic.js';
import { FrameScanner } from '../frames/frame-scanner.js';
import { SocketOutlet } from '../frames/socket-outlet.js';
import type { Expiring, GatewayRoom, OpenSession } from '../gateway-room.js';
import { disconnect, goodbye, reason, refusals, refusingConnack } from '../packets/answers.js';
import { readConnack } from '../packets/connack.js';
import { upstreamConnect } from '../packets/connect-packet.js';
import type { AdmittedDevice, DeviceAddress, RefusalKind } from '../ports.js';
import { DeviceSession } from '../session/device-session.js';
import { DownlinkJudge } from '../session/downlink-judge.js';
import type { SessionLink } from '../session/session-link.js';
import { SubscriptionDesk } from '../session/subscription-desk.js';
import { UplinkJudge } from '../session/uplink-judge.js';
import type { Arrived } from './arrived.js';
import { BackPressure } from './back-pressure.js';
import { type BrokerSide, listenTo } from './broker-side.js';
import { type DeviceSide, putInCharge } from './device-side.js';

/** What both sides may take to close once it is over. */
const goodbyeMs = 2_000;

/** No limit: a broker is trusted with the size of its packets, which stream through. */
const anySize = Number.POSITIVE_INFINITY;

type Stage = 'connecting' | 'open' | 'over';

/** One device's session: its connection, the connection to the broker that belongs to it, and what flows between them. */
export class SessionPipe implements DeviceSide, BrokerSide, SessionLink, OpenSession, Expiring {
  readonly #room: GatewayRoom;
  readonly #socket: Socket;
  readonly #broker: Socket;
  readonly #remoteAddress: string;
  /** Told to a device of MQTT 5 that has left its client id empty. */
  readonly #assignedClientId: string | undefined;
  readonly #uplink: FrameScanner;
  readonly #downlink: FrameScanner;
  readonly #session: DeviceSession;
  readonly #desk: SubscriptionDesk;
  /** Whether the will that the broker holds is ours, not the device's own. */
  readonly #ownWill: boolean;
  readonly #pressure: BackPressure;
  /** To subscribe to once the session is open. */
  #subscriptions: readonly string[] | undefined;
  #stage: Stage = 'connecting';
  #online = false;
  #leaving = false;
  #lookAgain = false;
  #endWith: number | undefined;

  private constructor(arrived: Arrived, admitted: AdmittedDevice, session: DeviceSession, will: SessionWill) {
    const { room, socket } = arrived;
    // Not what it arrived with: the password need not stay in memory as long as the device.
    this.#room = room;
    this.#socket = socket;
    this.#remoteAddress = arrived.remoteAddress;
    this.#assignedClientId = arrived.connect.clientId === '' ? admitted.device.deviceId : undefined;
    this.#session = session;
    this.#ownWill = will.ours;
    this.#subscriptions = admitted.subscriptions;
    this.#desk = new SubscriptionDesk(session, this, room.limits.maxSubscriptions);
    this.#broker = room.openUpstream();
    this.#uplink = arrived.scanner;
    arrived.outlet.aim(this.#broker);
    this.#downlink = new FrameScanner(
      new SocketOutlet(socket),
      new FirstAnswer((frame) => this.#brokerAnswered(frame)),
      anySize,
    );
    this.#pressure = new BackPressure(socket, this.#broker, room.limits.highWaterBytes);
    this.#pressure.connecting(true);
  }

  /**
   * Opens the session of an admitted device on the broker.
   * @returns why it may not be opened, in which case nothing has happened
   * @throws TypeError when the device's id cannot be part of a topic
   */
  static open(arrived: Arrived, admitted: AdmittedDevice): 'will' | undefined {
    const { room, connect } = arrived;
    const { deviceId } = admitted.device;
    const session = new DeviceSession({
      version: connect.protocolVersion,
      admitted,
      rights: room.rightsOf(admitted.wireFormat),
      uplinkPrefix: uplinkPrefix(deviceId),
    });
    const will = sessionWill(connect.will, session);
    if (will === undefined) return 'will';
    const { username, password } = room.upstream;
    const packet = upstreamConnect(connect, {
      clientId: `downlink-device-${deviceId}`,
      username,
      password,
      will: will.will,
      cleanSession: room.cleanSessions,
    });
    new SessionPipe(arrived, admitted, session, will).#begin(packet);
    return undefined;
  }

  #begin(connectPacket: Buffer): void {
    putInCharge(this.#socket, this);
    listenTo(this.#broker, this);
    this.#room.watch(this, this.#room.limits.connectTimeoutMs);
    this.#broker.write(connectPacket);
  }

  get device(): DeviceAddress {
    return this.#session.device;
  }

  deviceSent(bytes: Buffer): void {
    if (this.#stage === 'over') return;
    this.#uplink.scan(bytes);
    this.#settle();
  }

  brokerSent(bytes: Buffer): void {
    if (this.#stage === 'over') return;
    this.#downlink.scan(bytes);
    this.#settle();
  }

  deviceDrained(): void {
    if (this.#stage !== 'over') this.#pressure.deviceDrained();
  }

  brokerDrained(): void {
    if (this.#stage !== 'over') this.#pressure.brokerDrained();
  }

  deviceBroke(error: unknown): void {
    this.#broke(error);
  }

  brokerBroke(error: unknown): void {
    this.#broke(error);
  }

  deviceClosed(): void {
    this.#finish();
    this.#closed();
  }

  brokerClosed(error: Error | undefined): void {
    if (this.#stage === 'connecting') this.#unavailable(error?.message ?? 'the broker closed the connection');
    this.#finish(reason.serverBusy);
    this.#closed();
  }

  expired(): void {
    if (this.#stage !== 'over') {
      this.#unavailable('the broker did not answer in time');
      this.#finish();
      return;
    }
    this.#socket.destroy();
    this.#broker.destroy();
  }

  toDevice(packet: Buffer): void {
    this.#downlink.interpose(packet, (whole) => this.#socket.write(whole));
  }

  toBroker(packet: Buffer): void {
    this.#uplink.interpose(packet, (whole) => this.#broker.write(whole));
  }

  refused(kind: RefusalKind, details: object = {}): void {
    this.#room.refused(kind, this.#remoteAddress, { deviceId: this.device.deviceId, ...details });
  }

  end(reasonCode: number): void {
    this.#endWith = reasonCode;
  }

  leaving(): void {
    this.#leaving = true;
  }

  listens(): void {
    if (this.#online || this.#stage === 'over') return;
    this.#online = true;
    this.#room.presence.online(this.device.deviceId, this.#session.epoch);
  }

  lookAgain(): void {
    this.#lookAgain = true;
  }

  subscribeFor(topics: readonly string[]): void {
    if (this.#stage === 'open' && topics.length > 0) this.#desk.subscribeFor(topics);
  }

  shutDown(): void {
    this.#finish(reason.shuttingDown);
  }

  /** The broker's first packet; undefined when it is no CONNACK. Gives what the device is told, or ends the connection. */
  #brokerAnswered(frame: Buffer | undefined): Buffer | undefined {
    const { maxPacketBytes, maxInFlight } = this.#room.limits;
    const changes = { maxPacketBytes, maxInFlight, assignedClientId: this.#assignedClientId };
    const connack = frame && readConnack(frame, this.#session.version, changes);
    if (!connack?.accepted) {
      this.#brokerRefused(connack?.code);
      return undefined;
    }
    this.#session.maxInFlight = connack.maxInFlight;
    this.#opened(connack.sessionPresent);
    return connack.packet;
  }

  #opened(sessionPresent: boolean): void {
    this.#stage = 'open';
    this.#room.unwatch(this);
    this.#room.opened(this);
    this.#uplink.judge = new UplinkJudge(this.#session, this.#desk, this);
    this.#downlink.judge = new DownlinkJudge(this.#session, this.#desk, this);
    const subscriptions = this.#subscriptions ?? [];
    this.#subscriptions = undefined;
    if (subscriptions.length > 0) this.#desk.subscribeFor(subscriptions);
    else if (sessionPresent) this.listens();
    this.#pressure.connecting(false);
    this.#lookAgain = true;
  }

  /** Whatever the broker has against it, it has against us: the device's own credentials were right. */
  #brokerRefused(code: number | undefined): void {
    const version = this.#session.version;
    if (
      code === (version === 5 ? refusals.version.reasonCode : refusals.version.returnCode) ||
      (version === 5 && code === 1)
    ) {
      this.refused('unavailable', { reason: 'the broker does not speak this version of MQTT', version });
      this.#socket.write(refusingConnack(version, refusals.version));
    } else {
      this.#unavailable(`the broker refused the connection, code ${String(code)}`);
    }
    this.end(reason.serverBusy);
  }

  #unavailable(why: string): void {
    this.refused('unavailable', { reason: why });
    this.#socket.write(refusingConnack(this.#session.version, refusals.unavailable));
  }

  /** After each scan: what was decided in it is done, and who cannot keep up is waited for. */
  #settle(): void {
    while (this.#lookAgain && this.#endWith === undefined) {
      this.#lookAgain = false;
      this.#uplink.resume();
    }
    if (this.#endWith !== undefined) {
      this.#finish(this.#endWith);
      return;
    }
    if (this.#stage === 'open' && this.#pressure.held(this.#uplink.held)) this.#room.counts.heldBack += 1;
    this.#pressure.look();
  }

  /** Ends both sides, each after what was written to it, and tells the platform. */
  #finish(reasonCode?: number): void {
    if (this.#stage === 'over') return;
    const wasOpen = this.#stage === 'open';
    const [room, socket] = [this.#room, this.#socket];
    this.#stage = 'over';
    // Our own will has not to be sent: we tell it ourselves.
    if (wasOpen && this.#ownWill && !this.#leaving && this.#uplink.atBoundary) this.#broker.write(goodbye);
    if (wasOpen && reasonCode !== undefined && this.#session.version === 5 && this.#downlink.atBoundary) {
      socket.write(disconnect(reasonCode));
    }
    this.#uplink.stop();
    this.#downlink.stop();
    if (this.#broker.connecting) this.#broker.destroy();
    else this.#broker.end();
    socket.end();
    this.#pressure.over();
    if (wasOpen) room.ended(this);
    if (this.#online) room.presence.offline(this.device.deviceId, this.#session.epoch);
    room.watch(this, goodbyeMs);
  }

  #broke(error: unknown): void {
    this.#room.logger.error({ err: error, deviceId: this.device.deviceId }, 'the device gateway failed on a session');
    this.#finish(reason.unspecified);
  }

  #closed(): void {
    if (this.#socket.destroyed && this.#broker.destroyed) this.#room.unwatch(this);
  }
}
