//! Events that only a dialplan sends: `start`, `dial`, `hangup`.

use compact_str::CompactString;
use vochi_crm_core::LocalTime;

use super::super::index::{Name, SceneAt};
use super::super::{CallTracker, number_key};
use super::Moment;
use crate::read::{Arrived, CallKind, Dialled, FieldText, Reported};
use crate::scene::{Arrival, ChannelAt, MAX_CHANNELS, Micros, PlanDial, Report, Scope};

impl CallTracker {
    pub(super) fn arrived(&mut self, when: Moment<'_>, arrived: &Arrived<'_>) -> Option<SceneAt> {
        let (scene, channel) = self.planned(when, &arrived.id, None)?;
        self.scene_mut(scene)?.plan_mut().arrive(Arrival {
            at: when.at,
            channel,
            phone: arrived.phone.as_deref().map(Into::into),
            line: arrived.line.as_deref().map(Into::into),
        });
        if let Some(phone) = &arrived.phone {
            self.clients.add(when.scope, &number_key(phone), scene);
        }
        Some(scene)
    }

    pub(super) fn plan_dials(
        &mut self,
        when: Moment<'_>,
        dialled: &Dialled<'_>,
    ) -> Option<SceneAt> {
        let scope = when.scope;
        let phone = dialled.phone.as_deref();
        let parent = match (dialled.kind, dialled.extensions.first()) {
            (CallKind::Outgoing, Some(client)) if self.rules.is_outside(client) => {
                self.forwarded_call(scope, client, phone)
            }
            (CallKind::Outgoing, Some(employee)) => self.consulting_call(scope, employee, when.at),
            _ => None,
        };
        let (mut scene, channel) = self.planned(when, &dialled.id, parent)?;
        let open = self.scene_mut(scene)?;
        let complete = open.plan_mut().dial(PlanDial {
            at: when.at,
            channel,
            kind: dialled.kind,
            phone: phone.map(Into::into),
            extensions: texts(&dialled.extensions),
            line: dialled.line.as_deref().map(Into::into),
        });
        if !complete {
            open.drop_fact();
        }
        if let Some(phone) = phone {
            if parent.is_none() {
                for unplanned in self.unplanned_scenes_of(scope, phone) {
                    scene = self.join(scene, unplanned);
                }
            }
            self.clients.add(scope, &number_key(phone), scene);
        }
        for extension in &dialled.extensions {
            self.employees.add(scope, extension, scene);
        }
        Some(scene)
    }

    pub(super) fn reported(
        &mut self,
        when: Moment<'_>,
        reported: &Reported<'_>,
    ) -> Option<SceneAt> {
        let began = self.instant(reported.began);
        let ended = self.instant(reported.ended);
        let lasted = began.zip(ended).map_or(0, |(began, ended)| ended - began);
        let parent = self.find_reported_scene(when.scope, when.at - lasted.max(0), reported);
        let (scene, channel) = self.planned(when, &reported.id, parent)?;
        // A transfer stamps the receipt at the end of the call: it is not the start then.
        let received =
            self.instant(reported.received).filter(|_| reported.kind != CallKind::Internal);
        self.scene_mut(scene)?.plan_mut().report(Report {
            at: when.at,
            channel,
            kind: reported.kind,
            answered: reported.answered,
            phone: reported.phone.as_deref().map(Into::into),
            extensions: texts(&reported.extensions),
            line: reported.line.as_deref().map(Into::into),
            began: began.or(received),
            ended,
        });
        Some(scene)
    }

    fn instant(&self, local: Option<LocalTime>) -> Option<Micros> {
        local.map(|local| self.rules.zone.instant(local).unix_micros())
    }

    /// Finds the open call of a hangup whose own channel is unknown.
    fn find_reported_scene(
        &self,
        scope: Scope,
        began: Micros,
        reported: &Reported<'_>,
    ) -> Option<SceneAt> {
        let phone = reported.phone.as_deref();
        let outside = phone.filter(|phone| self.rules.is_outside(phone))?;
        match (reported.kind, reported.extensions.first()) {
            (CallKind::Internal, _) => self.forwarded_call(scope, outside, None),
            (CallKind::Outgoing, Some(client)) if self.rules.is_outside(client) => {
                self.forwarded_call(scope, client, phone)
            }
            (CallKind::Outgoing, Some(employee)) => self.consulting_call(scope, employee, began),
            (CallKind::Outgoing, None) => self.unplanned_scenes_of(scope, outside).first().copied(),
            _ => None,
        }
    }

    /// Returns the scene and position of the channel that a dialplan's own event names.
    fn planned(
        &mut self,
        when: Moment<'_>,
        id: &str,
        parent: Option<SceneAt>,
    ) -> Option<(SceneAt, ChannelAt)> {
        let name = Name::channel(when.scope, id);
        let known = self.names.get(name);
        if known.is_none() && self.closed.has(name) {
            return None;
        }
        let scene = match (known, parent) {
            (Some(known), Some(parent)) => self.join(known, parent),
            (Some(known), None) => known,
            (None, Some(parent)) => parent,
            (None, None) => self.begin(when),
        };
        if known.is_none() {
            self.names.set(name, scene);
        }
        let open = self.scene_mut(scene)?;
        open.touch(when.at);
        open.dialplan = true;
        let (place, _) = open.channel_mut(id, when.at, MAX_CHANNELS)?;
        Some((scene, place))
    }
}

fn texts(written: &[FieldText<'_>]) -> Box<[CompactString]> {
    written.iter().map(|text| CompactString::from(text.as_ref())).collect()
}
